/**
 * Text from files, clusters, servers and hosts, made fit to be shown: whatever steers a screen, turns the direction of
 * what stands beside it, or cannot be seen is written as `\u001b`, as in JSON and in JavaScript. Pure, idempotent.
 *
 * Controls C0, DEL and C1 (ECMA-48), line and paragraph separators, bidirectional and other format characters, and all
 * that Unicode lets a screen leave out (Default_Ignorable_Code_Point, UAX 44). A surrogate without its partner is no text.
 */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** One line: a line break is written out, a tab is a space. */
export const visibleLine = (text: string): string =>
  text.replace(unseen, (character, offset: number) =>
    character === '\t' ? ' ' : visible(character, offset, text),
  );

/** Text of several lines: line feeds and tabs stay. */
export const visibleText = (text: string): string =>
  text.replace(unseen, (character, offset: number) =>
    character === '\n' || character === '\t' ? character : visible(character, offset, text),
  );

/** The first character that is not shown as it is, written out; null: there is none. `\n` and `\t` count. */
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

/** An emoji may be several that are joined, or a character that is also a sign: both are seen. */
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
