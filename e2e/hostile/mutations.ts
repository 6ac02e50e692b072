/** Valid files with a few random errors: the same for the same seed. Pure. */
import type { seededRandom } from '../faults/seeded-random.ts';

type Random = ReturnType<typeof seededRandom>;

const fragments = [
  ...[
    '${',
    '}',
    '${A}',
    '&a ',
    '*a',
    '<<: *a',
    '!!set ',
    '!x ',
    '[',
    '{',
    ']',
    '}',
    '- ',
    '? ',
    ': ',
    '"',
    "'",
    '|\n',
    '>\n',
  ],
  ...[
    '---\n',
    '%TAG ',
    '#',
    '\n',
    '\t',
    ' ',
    '\0',
    '\uFEFF',
    '\u2028',
    '\uD800',
    '\u001B]52;c;',
    '*',
    '!',
    'Include *\n',
    'Host ',
  ],
];
const maxRepeats = 2_000;
const maxChanges = 4;

export function mutate(text: string, random: Random): string {
  let changed = text;
  for (let change = Math.ceil(random() * maxChanges); change > 0; change--)
    changed = changeOnce(changed, random);
  return changed;
}

function changeOnce(text: string, random: Random): string {
  const [one, other] = [random(), random()].map((share) => Math.floor(share * text.length));
  const [from, to] = [Math.min(one ?? 0, other ?? 0), Math.max(one ?? 0, other ?? 0)];
  const piece = text.slice(from, Math.min(to, from + 200));
  switch (Math.floor(random() * 4)) {
    case 0:
      return text.slice(0, from) + text.slice(to);
    case 1:
      return text.slice(0, from) + piece.repeat(Math.ceil(random() * 10)) + text.slice(from);
    case 2:
      return text.slice(0, from) + String.fromCharCode(Math.floor(random() * 0x3000)) + text.slice(from + 1);
    default: {
      const fragment = fragments[Math.floor(random() * fragments.length)] ?? '';
      return text.slice(0, from) + fragment.repeat(Math.ceil(random() ** 4 * maxRepeats)) + text.slice(from);
    }
  }
}
