/**
 * Text from files, clusters, servers and hosts, made safe to display: characters that control a terminal, change the text
 * direction, or are invisible are written as escapes like `\u001b`, as in JSON and JavaScript. Pure, idempotent.
 *
 * These are the C0 controls, DEL and the C1 controls (ECMA-48), line and paragraph separators, bidirectional and other format
 * characters, all that Unicode allows a display to ignore (Default_Ignorable_Code_Point, UAX 44), and lone surrogates.
 */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** For a single line: line breaks are escaped, tabs become spaces. */
export const visibleLine = (text: string): string =>
  text.replace(unseen, (character, offset: number) =>
    character === '\t' ? ' ' : visible(character, offset, text),
  );

/** For multi-line text: line feeds and tabs are kept. */
export const visibleText = (text: string): string =>
  text.replace(unseen, (character, offset: number) =>
    character === '\n' || character === '\t' ? character : visible(character, offset, text),
  );

/** The first character that would be escaped, as its escape; null: none. `\n` and `\t` count. */
export function firstUnseen(text: string): string | null {
  for (const { 0: character, index } of text.matchAll(unseen)) {
    const shown = visible(character, index, text);
    if (shown !== character) return shown;
  }
  return null;
}

function visible(character: string, offset: number, text: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  if (isPartOfEmoji(character, offset, text)) return character;
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

const joiner = '\u200d';
const emojiStyle = '\ufe0f';

/** An emoji may be a joined sequence, or a character with an emoji variation selector: both are visible. */
function isPartOfEmoji(character: string, offset: number, text: string): boolean {
  if (character !== joiner && character !== emojiStyle) return false;
  const before = text.slice(Math.max(0, offset - 3), offset);
  const after = text.slice(offset + 1, offset + 3);
  if (character === emojiStyle)
    return (
      /\p{Extended_Pictographic}$/u.test(before) || (/[#*\d]$/.test(before) && after.startsWith('\u20e3'))
    );
  const joins = /[\p{Extended_Pictographic}\p{Emoji_Modifier}]\ufe0f?$/u.test(before);
  return joins && /^\p{Extended_Pictographic}/u.test(after);
}
