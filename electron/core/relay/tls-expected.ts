/** Whether a server's first bytes say that it wanted TLS from a client that spoke plainly. Pure. */

const handshakeRecord = 0x16;
const alertRecord = 0x15;
/** What nginx, Apache and Go's net/http answer to plain HTTP on a port for HTTPS. */
const httpsWanted =
  /^HTTP\/1\.[01] 400 [^]*(?:plain HTTP request was sent to HTTPS port|speaking plain HTTP to an SSL-enabled|HTTP request to an HTTPS server)/;
const maxReadBytes = 2_048;

/** `firstAsked`: the first byte that the client sent; null: it had sent nothing. */
export function expectsTls(firstAsked: number | null, answer: Uint8Array): boolean {
  if (firstAsked === null || firstAsked === handshakeRecord) return false;
  // RFC 8446 section 5.1: type, legacy version 3.x, length 2.
  if (answer[0] === alertRecord) return answer[1] === 3 && answer[3] === 0 && answer[4] === 2;
  return httpsWanted.test(Buffer.from(answer.subarray(0, maxReadBytes)).toString('latin1'));
}
