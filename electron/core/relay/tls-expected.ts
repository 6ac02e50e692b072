/** Whether a server's first bytes show that it expected TLS from a client that did not use it. Pure. */

const handshakeRecord = 0x16;
const alertRecord = 0x15;
/** The answers of nginx, Apache and Go's net/http to plain HTTP on an HTTPS port. */
const httpsWanted =
  /^HTTP\/1\.[01] 400 [^]*(?:plain HTTP request was sent to HTTPS port|speaking plain HTTP to an SSL-enabled|HTTP request to an HTTPS server)/;
const maxReadBytes = 2_048;

/** `firstAsked`: the first byte from the client; null: it had sent nothing. */
export function expectsTls(firstAsked: number | null, answer: Uint8Array): boolean {
  if (firstAsked === null || firstAsked === handshakeRecord) return false;
  // RFC 8446 section 5.1: type, legacy version 3.x, length 2.
  if (answer[0] === alertRecord) return answer[1] === 3 && answer[3] === 0 && answer[4] === 2;
  return httpsWanted.test(Buffer.from(answer.subarray(0, maxReadBytes)).toString('latin1'));
}
