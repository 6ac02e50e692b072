/** Lines of a key after which it is taken to have ended, however it was cut off. */
const maxKeyLines = 200;

/**
 * Hides a PEM private key that comes line by line, which no look at a single line can find. Returns a filter with a
 * memory: one for each source of lines.
 */
export function createPrivateKeyFilter(): (line: string) => string {
  let linesLeft = 0;
  return (line) => {
    const begins = /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(line);
    const ends = /-----END [A-Z ]*PRIVATE KEY-----/.test(line);
    const isInside = linesLeft > 0;
    if (begins) linesLeft = maxKeyLines;
    else if (isInside) linesLeft -= 1;
    if (ends) linesLeft = 0;
    return isInside && !begins ? '[hidden]' : line;
  };
}
