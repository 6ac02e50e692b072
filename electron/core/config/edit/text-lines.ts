/** Lines of a text, by offsets. A line ends with LF or CRLF. Pure. */

export const lineStart = (text: string, offset: number): number => text.lastIndexOf('\n', offset - 1) + 1;

/** The start of the next line, or the end of the text. */
export function nextLine(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end === -1 ? text.length : end + 1;
}

/** The offset of the line end. */
export function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  if (end === -1) return text.length;
  return text[end - 1] === '\r' && end > offset ? end - 1 : end;
}

export const columnOf = (text: string, offset: number): number => offset - lineStart(text, offset);

/** Only spaces precede it in its line. */
export const beginsLine = (text: string, offset: number): boolean =>
  text.slice(lineStart(text, offset), offset).trim() === '';

/** The line end that the text uses. */
export const endMarkOf = (text: string): string => /\r?\n/.exec(text)?.[0] ?? '\n';

/** The offset after following comments that are indented deeper than `column`, possibly separated by blank lines. */
export function afterComments(text: string, offset: number, column: number): number {
  let end = offset;
  for (let start = offset; start < text.length; start = nextLine(text, start)) {
    const line = text.slice(start, lineEnd(text, start));
    const indent = line.search(/\S/);
    if (indent === -1) continue;
    if (line[indent] !== '#' || indent <= column) break;
    end = nextLine(text, start);
  }
  return end;
}

/** The splice that inserts whole lines at the start of a line, or at the end of a text that may lack its last line end. */
export function insertLines(
  text: string,
  offset: number,
  lines: readonly string[],
): { readonly from: number; readonly to: number; readonly insert: string } {
  const mark = endMarkOf(text);
  const isOpenEnd = offset === text.length && offset > 0 && text[offset - 1] !== '\n';
  const block = lines.join(mark);
  return { from: offset, to: offset, insert: isOpenEnd ? mark + block : block + mark };
}

/** The splice that removes whole lines. If the last one has no line end, the previous line end is removed instead. */
export function removeLines(
  text: string,
  from: number,
  to: number,
): { readonly from: number; readonly to: number; readonly insert: string } {
  const isOpenEnd = to === text.length && text[to - 1] !== '\n';
  const start = isOpenEnd && from > 0 ? lineEnd(text, lineStart(text, from - 1)) : from;
  return { from: start, to, insert: '' };
}
