/** Reads the host from the head of an HTTP/1 request (RFC 9112, section 3.2). Pure. */

/** Where the head ends in these bytes; -1: not yet. */
export function headEnd(bytes: Buffer): number {
  const end = bytes.indexOf('\r\n\r\n');
  return end === -1 ? bytes.indexOf('\n\n') : end;
}

/** In lower case, without port and brackets. null: no host, several hosts, or an ambiguous head. */
export function hostOfHead(head: string): string | null {
  const [requestLine = '', ...fields] = head.split(/\r?\n/);
  const target = /^[!-~]+ ([!-~]+) HTTP\/1\.[01]$/.exec(requestLine)?.[1];
  // Parsers disagree on whether a folded line belongs to a Host field.
  if (target === undefined || fields.some((line) => !/^[!-9;-~]+:/.test(line))) return null;
  const named = fields.flatMap((line) => /^host:[ \t]*(.*?)[ \t]*$/i.exec(line)?.[1] ?? []);
  const [host, second] = named.map(plainHost);
  if (host === undefined || second !== undefined) return null;
  // A target in absolute form overrides the Host field.
  const [, authority] = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/i.exec(target) ?? [];
  return authority === undefined || plainHost(authority) === host ? host : null;
}

/** `[::1]:80`, `DB.example.:8080` → `::1`, `db.example`. */
export function plainHost(text: string): string {
  const [, inBrackets, plain = ''] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(text) ?? [];
  return (inBrackets ?? plain).toLowerCase().replace(/\.$/, '');
}
