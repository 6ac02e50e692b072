/**
 * What a user of the command sees, as text that can be compared: each command line, its output, and how it ended.
 * Values that vary between runs are replaced only if they have the required form: a pid that is not a number, or a time
 * that is not ISO 8601, stays as it is and differs from the golden text.
 */
import type { CommandUser, Ran } from './installed-command.ts';

/** A varying text, and the word that replaces it. */
export type Known = readonly [text: string | number, word: string];

export class Transcript {
  readonly #user: CommandUser;
  readonly #known: readonly Known[];
  readonly #parts: string[] = [];

  constructor(user: CommandUser, known: readonly Known[]) {
    this.#user = user;
    this.#known = known;
  }

  /** Runs each command line, words divided by single spaces, one after the other. */
  async run(...commandLines: readonly string[]): Promise<void> {
    for (const line of commandLines) this.add(line, await this.#user.run(...line.split(' ')));
  }

  add(commandLine: string, { code, out, err }: Ran): void {
    const complaints = err === '' ? '' : err.replaceAll(/^(?=.)/gm, '! ');
    const text = `$ localport ${commandLine}\n${endLine(out)}${endLine(complaints)}`;
    this.#parts.push(`${text}${code === 0 ? '' : `exit code ${code}\n`}`);
  }

  toString(): string {
    return normalize(this.#parts.join('\n'), this.#known);
  }
}

/** A missing final line feed is marked, as some shells do. */
const endLine = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}⏎\n`);

const isoTime = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z`;

const span = String.raw`\d+[dhms](?: \d+[hms])?`;

type Rule = readonly [RegExp, string | ((found: string) => string)];

/** In a cell of four characters or more, so that the following text stays in place. */
const inCell =
  (word: string) =>
  (found: string): string =>
    word.padEnd(found.length);

const rules: readonly Rule[] = [
  [new RegExp(`"${isoTime}"`, 'g'), '"<time>"'],
  [new RegExp(isoTime, 'g'), '<time>'],
  // Local time, and how long a connection took, in logs for people.
  [/(?<=^|\n)(?:\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d(?= {2}\S)/g, '<time>'],
  [/(?<=connected in )\d+(?:\.\d)? (?:s|ms)\b/g, '<n> s'],
  [/(?<="pid": ?)[1-9]\d*(?=[,\n}])/g, '<pid>'],
  [/\bpid [1-9]\d*\b/g, 'pid <pid>'],
  // How often a dead service was tried depends on how fast the commands followed each other.
  [/(?<="restarts": ?)[1-9]\d*(?=[,\n}])/g, '<n>'],
  [/(?<="check_ms": ?)\d+(?:\.\d)?(?=[,\n}])/g, '<ms>'],
  [/(?<="(?:stopped_in_ms|took_ms)": ?)\d+(?=[,\n}])/g, '<ms>'],
  [/(?<="bytes": ?)\d+(?=[,\n}])/g, '<bytes>'],
  [/\b\d+ ms\b/g, '<n> ms'],
  [/(?<="undo": ?)"\d{15}-\d+-\d{6}"(?=[,\n}])/g, '"<token>"'],
  // A log's size in `logs --list`.
  [/(?<=<time>) +\d[\d.]* k?B(?= )/g, ' <size>'],
  // Ages: at the beginning of a line, at its end, and in the middle; `in` of a retry belongs to it.
  [new RegExp(`(?<=\n) *${span}(?=  )`, 'g'), '<age>'],
  [new RegExp(`(?<= {2})(?:in )?${span}(?=\n)`, 'g'), '<age>'],
  [new RegExp(`(?<=\\S +)(?:in )?${span} *(?=  \\S)`, 'g'), inCell('<age>')],
  // Programs installed on the machine.
  [/\b\d+ folders\b/g, '<n> folders'],
  [/\bv\d+\.\d+\.\d+\S*(?= \(<kube>)/g, '<version>'],
  [/\bOpenSSH_.*(?= \(<ssh>)/g, '<version>'],
  // Metrics that are times.
  [/(?<=\nlocalport_\w*(?:start_time|since)_seconds(?:\{[^}]*\})? )\d{10}(?:\.\d+)?(?=\n)/g, '<unix time>'],
  [/(?<=\nlocalport_service_check_duration_seconds\{[^}]*\} )\d\.\d+(?=\n)/g, '<seconds>'],
];

function normalize(text: string, known: readonly Known[]): string {
  const longestFirst = known.toSorted(([a], [b]) => String(b).length - String(a).length);
  const words = new Map(longestFirst.map(([found, word]) => [String(found), word]));
  const patterns = longestFirst.map(([found]) =>
    typeof found === 'number' ? String.raw`(?<!\d)${found}(?!\d)` : escapeRegExp(found),
  );
  // All at once: the replacement of one port may be the number of another one.
  const named = text.replaceAll(new RegExp(patterns.join('|'), 'g'), (found) => words.get(found) ?? found);
  return rules.reduce((rest, [pattern, word]) => rest.replaceAll(pattern, word as string), named);
}

const escapeRegExp = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
