import type * as z from 'zod';
import type { ConfigProblem } from '../../../shared/service-snapshot.ts';
import { clipProblem, formatPath, maxProblems, type ConfigPath, type LineOf } from './config-problem.ts';
import {
  describeIgnoredKey,
  describeIssue,
  describeMistakenKey,
  describeRefusedKey,
  describeRefusedValue,
} from './issue-message.ts';
import { valueAt } from './tree-path.ts';
import { guessKey } from './synonyms.ts';
import { maxItems, oversizedPath } from './oversized-value.ts';
import { unknownKeys, type UnknownKey } from './unknown-keys.ts';

interface KeyedValue {
  readonly value: unknown;
  readonly at: ConfigPath;
  /** How an unknown key is reported. */
  readonly severity: ConfigProblem['severity'];
  readonly describe: (key: string, known: readonly string[]) => string;
}

/**
 * Collects errors and warnings, with paths and lines. Of very many findings most are only counted, not worded: 50,000 unknown
 * keys would be 50,000 guesses at the intended key. It keeps as many errors and warnings as are shown, and the first error of
 * each entry and of the rest of the file, which decide what runs.
 */
export class Findings {
  readonly problems: ConfigProblem[] = [];
  readonly lineOf: LineOf;
  readonly #kept = { error: 0, warning: 0 };
  readonly #faulty = new Set<string>();
  #dropped = 0;

  constructor(lineOf: LineOf) {
    this.lineOf = lineOf;
  }

  /** Findings that were only counted. */
  get dropped(): number {
    return this.#dropped;
  }

  error(path: ConfigPath, message: Message): void {
    this.add('error', path, message);
  }

  warning(path: ConfigPath, message: Message): void {
    this.add('warning', path, message);
  }

  /** The parsed value, or null after recording an error. `at` is the path of the value in the file. */
  check<Schema extends z.ZodType>(schema: Schema, value: unknown, at: ConfigPath): z.infer<Schema> | null {
    return this.#check(schema, { value, at, severity: 'warning', describe: describeIgnoredKey });
  }

  /** The same for mappings where ignoring a key would change the meaning, such as where a connection leads. */
  checkKeys<Schema extends z.ZodType>(
    schema: Schema,
    value: unknown,
    at: ConfigPath,
  ): z.infer<Schema> | null {
    return this.#check(schema, { value, at, severity: 'error', describe: describeRefusedKey });
  }

  #check<Schema extends z.ZodType>(
    schema: Schema,
    { value, at, severity, describe }: KeyedValue,
  ): z.infer<Schema> | null {
    const oversized = oversizedPath(value);
    if (oversized !== null) {
      this.error([...at, ...oversized], `holds more than ${maxItems} values`);
      return null;
    }
    const unknown = unknownKeys(schema, value);
    const parsed = schema.safeParse(value, { reportInput: true });
    const issues = parsed.success ? [] : firstOfEachPath(parsed.error.issues);
    // An unknown key in place of a missing one is one mistake, not two.
    const mistaken = mistakenKeys(unknown, issues.filter(isOfMissing).map(pathOf));
    for (const one of unknown) {
      const { path, key, known } = one;
      const refused = describeRefusedValue(key, valueAt(value, [...path, key]));
      if (refused !== null) this.error([...at, ...path, key], refused);
      else if (mistaken.has(one)) this.error([...at, ...path, key], () => describeMistakenKey(key, known));
      else this.add(severity, [...at, ...path, key], () => describe(key, known));
    }
    if (parsed.success) return parsed.data;
    const told = new Set([...mistaken.values()].map(formatPath));
    for (const issue of issues) {
      if (isOfMissing(issue) && told.has(formatPath(pathOf(issue)))) continue;
      this.error([...at, ...pathOf(issue)], () =>
        describeIssue(issue, valueAt(value, pathOf(issue)) ?? issue.input),
      );
    }
    return null;
  }

  add(severity: ConfigProblem['severity'], path: ConfigPath, message: Message): void {
    if (!this.#keeps(severity, path)) {
      this.#dropped += 1;
      return;
    }
    this.#kept[severity] += 1;
    const text = typeof message === 'string' ? message : message();
    this.problems.push(
      clipProblem({ severity, path: formatPath(path), line: this.lineOf(path), message: text }),
    );
  }

  #keeps(severity: ConfigProblem['severity'], [top, index]: ConfigPath): boolean {
    if (severity === 'error') {
      const place = top === 'services' && typeof index === 'number' ? String(index) : '';
      const isFirst = !this.#faulty.has(place);
      this.#faulty.add(place);
      if (isFirst) return true;
    }
    return this.#kept[severity] < maxProblems;
  }
}

type Message = string | (() => string);

/** One value may have two errors: 70000.5 is not an integer and too large. The first one is enough. */
function firstOfEachPath(issues: readonly z.core.$ZodIssue[]): readonly z.core.$ZodIssue[] {
  const seen = new Set<string>();
  return issues.filter((issue) => {
    const path = formatPath(pathOf(issue));
    return !seen.has(path) && seen.add(path);
  });
}

/** Beyond this number, unknown keys are only counted. */
const maxGuesses = 200;

/** Unknown keys that probably stand for a missing key, with the path of the latter. */
function mistakenKeys(
  unknown: readonly UnknownKey[],
  missing: readonly ConfigPath[],
): ReadonlyMap<UnknownKey, ConfigPath> {
  const places = new Set(missing.map(formatPath));
  const found = new Map<UnknownKey, ConfigPath>();
  if (places.size === 0) return found;
  for (const one of unknown.slice(0, maxGuesses)) {
    const meant = guessKey(one.key, one.known);
    const place = meant === null ? null : [...one.path, meant];
    if (place !== null && places.delete(formatPath(place))) found.set(one, place);
  }
  return found;
}

const isOfMissing = (issue: z.core.$ZodIssue): boolean =>
  (issue.code === 'invalid_type' || issue.code === 'invalid_value' || issue.code === 'invalid_union') &&
  issue.input === undefined;

const pathOf = (issue: z.core.$ZodIssue): ConfigPath =>
  issue.path.map((segment) => (typeof segment === 'symbol' ? String(segment) : segment));
