const maxEdits = 3;

/** The candidate that `word` probably stands for: at most three edits away, and at most half of it wrong; null if none. */
export function closestWord(word: string, candidates: readonly string[]): string | null {
  const ranked = candidates
    .map((candidate) => ({ candidate, edits: editDistance(word.toLowerCase(), candidate) }))
    .filter(({ candidate, edits }) => edits <= Math.min(maxEdits, candidate.length / 2))
    .sort((a, b) => a.edits - b.edits);
  return ranked[0]?.candidate ?? null;
}

/** Two swapped letters are one mistake. */
const isSwapped = (word: string, candidate: string): boolean =>
  word.length === candidate.length &&
  word.split('').some((_, at) => {
    const [one = '', other = ''] = word.slice(at, at + 2);
    return `${word.slice(0, at)}${other}${one}${word.slice(at + 2)}` === candidate;
  });

/** The Levenshtein distance with one row of memory. Words of very different lengths are not compared. */
function editDistance(from: string, to: string): number {
  if (Math.abs(from.length - to.length) > maxEdits) return Infinity;
  if (from !== to && isSwapped(from, to)) return 1;
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [fromIndex, character] of from.split('').entries()) {
    const next = [fromIndex + 1];
    for (const [toIndex, other] of to.split('').entries()) {
      const replaced = (row[toIndex] ?? 0) + (character === other ? 0 : 1);
      next.push(Math.min(replaced, (row[toIndex + 1] ?? 0) + 1, (next[toIndex] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? Infinity;
}
