/** The number of lines after which a key is assumed to have ended, even if it was cut off. */
const maxKeyLines = 200;

/**
 * Hides a PEM private key that arrives line by line, which cannot be detected in a single line. Returns a stateful
 * filter: use one for each source of lines.
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
