/** Random files with random edits like those of a form: the rest of the text stays, and an undo restores it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DraftValue, ServiceDraft } from '../../../../shared/service-edit.ts';
import { editConfigText, type ConfigEdit, type EditedText } from './config-edit.ts';
import { tidyDraft } from './draft-changes.ts';
import { nameOf, withDraftValue } from './draft-path.ts';
import { readEditable } from './editable-config.ts';
import { undoInText, undoOf } from './undo-text.ts';

/** How one file writes its services. */
interface Style {
  readonly dash: number;
  readonly gap: number;
  readonly step: number;
  readonly mark: '\n' | '\r\n';
  readonly blank: boolean;
  readonly endsOpen: boolean;
  readonly head: string;
  readonly tail: string;
}

const word = fc.constantFrom(
  'a',
  'yes',
  '0123',
  'web.internal',
  "it's",
  'x: y',
  '#1',
  '${HOST}',
  '${PORT:5432}',
  'ü',
  '-',
  '1.10',
);
const number = fc.integer({ min: 1, max: 65_535 });
const scalar = fc.oneof(word, number, fc.boolean());
const styleArbitrary: fc.Arbitrary<Style> = fc.record({
  dash: fc.constantFrom(0, 2, 4),
  gap: fc.constantFrom(2, 2, 4),
  step: fc.constantFrom(2, 4),
  mark: fc.constantFrom('\n', '\r\n'),
  blank: fc.boolean(),
  endsOpen: fc.boolean(),
  head: fc.constantFrom('', '# mine\n', 'version: "1.0" # v\n\n', 'x-base: &base {hold: 5s}\n'),
  tail: fc.constantFrom('', '\n# the end\n', 'defaults:\n  health_check: {interval: 30s} # d\n'),
});

/** A line of a service, valid or not. */
const line = fc.constantFrom(
  'local_port: 5432',
  'local_port: "5432" # main',
  "remote_port: '80'",
  'enabled: no',
  'tags: [a, "b"] # both',
  'tags:\n>- a # first\n>- b',
  'description: |\n>two\n>lines',
  'description: >-\n>folded\n>text',
  'connection: {host: h, user: me}',
  'connection:\n>host: h # here\n># user: me\n>port: 22',
  'health_check:\n>type: http\n>config: {url: /x}',
  'hold:',
  '# commented: out',
);
const entryLines = fc.uniqueArray(line, {
  maxLength: 6,
  selector: (text) => (text.startsWith('#') ? text : text.split(':')[0]),
});

function fileOf(style: Style, entries: readonly (readonly string[])[]): string {
  const inner = ' '.repeat(style.dash + style.gap);
  const deeper = inner + ' '.repeat(style.step);
  const services = entries.map((lines, index) => {
    const all = [`name: s${index} # ${index}`, ...lines].flatMap((text) => text.split('\n'));
    const [first = '', ...rest] = all.map((text) =>
      text.startsWith('>') ? deeper + text.slice(1) : inner + text,
    );
    return [
      `${' '.repeat(style.dash)}-${first.slice(style.dash + 1)}`,
      ...rest,
      ...(style.blank ? [''] : []),
    ].join('\n');
  });
  const text = `${style.head}services:\n${services.map((entry) => `${entry}\n`).join('')}${style.tail}`;
  return (style.endsOpen ? text.trimEnd() : text).replaceAll('\n', style.mark);
}

const fileArbitrary = fc
  .tuple(styleArbitrary, fc.array(entryLines, { minLength: 0, maxLength: 4 }))
  .map(([style, entries]) => fileOf(style, entries));

type Step =
  | { readonly kind: 'add'; readonly fields: ServiceDraft }
  | { readonly kind: 'remove'; readonly pick: number }
  | {
      readonly kind: 'set';
      readonly pick: number;
      readonly path: readonly string[];
      readonly value: DraftValue | null;
    };

const value: fc.Arbitrary<DraftValue> = fc.oneof(
  scalar,
  fc.uniqueArray(word, { maxLength: 4 }) as fc.Arbitrary<DraftValue>,
  fc.constantFrom<DraftValue>('two\nlines', { host: 'g', port: 1 }, { a: { b: ['c'] } }),
);
const path = fc.constantFrom(
  ['local_port'],
  ['tags'],
  ['description'],
  ['enabled'],
  ['hold'],
  ['on_demand'],
  ['connection'],
  ['connection', 'host'],
  ['connection', 'user'],
  ['connection', 'jump'],
  ['health_check', 'type'],
  ['health_check', 'config', 'url'],
);
const pick = fc.nat({ max: 5 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('add' as const),
    fields: fc.dictionary(fc.constantFrom('local_port', 'tags', 'connection', 'description'), value),
  }),
  fc.record({ kind: fc.constant('remove' as const), pick }),
  fc.record({ kind: fc.constant('set' as const), pick, path, value: fc.option(value) }),
);

const entriesOf = (text: string): readonly ServiceDraft[] => {
  const read = readEditable(text);
  if (!read.ok) throw new Error(`${read.error}\n${text}`);
  return read.value.entries;
};

let added = 0;

/** null: there is no service to edit. */
function editOf(text: string, wanted: Step): ConfigEdit | null {
  if (wanted.kind === 'add') return { kind: 'add', drafts: [{ name: `n${(added += 1)}`, ...wanted.fields }] };
  const entries = entriesOf(text);
  const entry = entries[wanted.pick % Math.max(1, entries.length)];
  if (entry === undefined) return null;
  if (wanted.kind === 'remove') return { kind: 'remove', name: nameOf(entry) };
  return {
    kind: 'change',
    basedOn: entry,
    draft: withDraftValue(entry, wanted.path, wanted.value ?? undefined),
  };
}

interface Done {
  readonly former: string;
  readonly edited: EditedText;
}

/** Refused edits are skipped; each of the others is checked. */
function play(
  file: string,
  steps: readonly Step[],
): { readonly text: string; readonly done: readonly Done[] } {
  let text = file;
  const done: Done[] = [];
  for (const wanted of steps) {
    const edit = editOf(text, wanted);
    const edited = edit === null ? null : editConfigText(text, edit);
    if (edit === null || edited === null) continue;
    if (!edited.ok) throw new Error(`${edited.error}\n${JSON.stringify(edit)}\n${text}`);
    expectOthersUntouched(text, edited.value, edit);
    done.push({ former: text, edited: edited.value });
    text = edited.value.text;
  }
  return { text, done };
}

/** All lines outside of the service are still there, in order, and a comment is lost only together with its service or value. */
function expectOthersUntouched(former: string, edited: EditedText, edit: ConfigEdit): void {
  const [before, after] = [entriesOf(former), entriesOf(edited.text)];
  const own =
    edit.kind === 'add'
      ? nameOf(edit.drafts[0] ?? {})
      : nameOf(edit.kind === 'change' ? edit.basedOn : { name: edit.name });
  const others = (entries: readonly ServiceDraft[]) => entries.filter((entry) => nameOf(entry) !== own);
  expect(others(after)).toEqual(others(before));
  if (edit.kind === 'change') expect(after.map(tidyDraft)).toContainEqual(tidyDraft(edit.draft));
  const kept = linesOutside(former, own);
  expect(linesOutside(edited.text, own)).toEqual(kept);
  if (former.includes('\r\n')) expect(edited.text).not.toMatch(/(?<!\r)\n/);
  else if (former.includes('\n')) expect(edited.text).not.toContain('\r');
}

/** The lines outside of one service, without blank ones. */
function linesOutside(text: string, name: string): readonly string[] {
  const all = text.split(/\r?\n/);
  const start = all.findIndex((one) => new RegExp(`^ *- +name: ${name}(?: |$)`).test(one));
  if (start === -1) return all.filter((one) => one.trim() !== '');
  const dash = (all[start] ?? '').indexOf('-');
  let end = start + 1;
  while (end < all.length && ((all[end] ?? '').trim() === '' || (all[end] ?? '').search(/\S/) > dash))
    end += 1;
  return [...all.slice(0, start), ...all.slice(end)].filter((one) => one.trim() !== '');
}

describe('a random sequence of edits', () => {
  it('changes only its target, and undone in reverse restores the file byte for byte', () => {
    fc.assert(
      fc.property(fileArbitrary, fc.array(step, { maxLength: 8, size: 'max' }), (file, steps) => {
        const { text, done } = play(file, steps);
        const back = done.toReversed().reduce((current, { former, edited }) => {
          const undone = undoInText(current, undoOf(former, edited));
          if (!undone.ok) throw new Error(undone.error);
          return undone.value.text;
        }, text);
        expect(back).toBe(file);
      }),
      { numRuns: Number(process.env['RUNS'] ?? 200) },
    );
  }, 60_000);

  it('loses only an edit that is undone in the middle, and keeps later ones', () => {
    fc.assert(
      fc.property(
        fileArbitrary,
        fc.array(step, { minLength: 2, maxLength: 6, size: 'max' }),
        fc.nat(),
        (file, steps, at) => {
          const { text, done } = play(file, steps);
          const one = done[at % Math.max(1, done.length)];
          if (one === undefined) return;
          const undone = undoInText(text, undoOf(one.former, one.edited));
          // A value that was changed again since is kept, and the undo is refused.
          if (!undone.ok) return;
          const own = [one.edited.before, one.edited.after].map((draft) => nameOf(draft ?? {}));
          const others = (entries: readonly ServiceDraft[]) =>
            entries.filter((entry) => !own.includes(nameOf(entry)));
          expect(others(entriesOf(undone.value.text))).toEqual(others(entriesOf(text)));
        },
      ),
      { numRuns: Number(process.env['RUNS'] ?? 120) },
    );
  }, 60_000);
});
