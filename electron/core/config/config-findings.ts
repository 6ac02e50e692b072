import type * as z from 'zod';
import type { ConfigProblem } from '../../../shared/service-snapshot.ts';
import { formatPath, type ConfigPath, type LineOf } from './config-problem.ts';
import { describeIgnoredKey, describeIssue, describeRefusedKey } from './issue-message.ts';
import { valueAt } from './tree-path.ts';
import { unknownKeys } from './unknown-keys.ts';

/** Collects what is wrong, with paths and lines. */
export class Findings {
  readonly problems: ConfigProblem[] = [];
  readonly lineOf: LineOf;

  constructor(lineOf: LineOf) {
    this.lineOf = lineOf;
  }

  error(path: ConfigPath, message: string): void {
    this.add('error', path, message);
  }

  warning(path: ConfigPath, message: string): void {
    this.add('warning', path, message);
  }

  /** The parsed value, or null after an error was noted. `at` is where the value stands in the file. */
  check<Schema extends z.ZodType>(schema: Schema, value: unknown, at: ConfigPath): z.infer<Schema> | null {
    for (const { path, key, known } of unknownKeys(schema, value))
      this.warning([...at, ...path, key], describeIgnoredKey(key, known));
    return this.#parse(schema, value, at);
  }

  /** The same where a key that is ignored would change what is meant: where a connection leads, say. */
  checkKeys<Schema extends z.ZodType>(
    schema: Schema,
    value: unknown,
    at: ConfigPath,
  ): z.infer<Schema> | null {
    for (const { path, key, known } of unknownKeys(schema, value))
      this.error([...at, ...path, key], describeRefusedKey(key, known));
    return this.#parse(schema, value, at);
  }

  #parse<Schema extends z.ZodType>(schema: Schema, value: unknown, at: ConfigPath): z.infer<Schema> | null {
    const parsed = schema.safeParse(value, { reportInput: true });
    if (parsed.success) return parsed.data;
    for (const issue of firstOfEachPath(parsed.error.issues)) {
      const found = valueAt(value, pathOf(issue)) ?? issue.input;
      this.error([...at, ...pathOf(issue)], describeIssue(issue, found));
    }
    return null;
  }

  add(severity: ConfigProblem['severity'], path: ConfigPath, message: string): void {
    this.problems.push({ severity, path: formatPath(path), line: this.lineOf(path), message });
  }
}

/** One value may offend twice: 70000.5 is no whole number and too big. The first says enough. */
function firstOfEachPath(issues: readonly z.core.$ZodIssue[]): readonly z.core.$ZodIssue[] {
  const paths = issues.map((issue) => formatPath(pathOf(issue)));
  return issues.filter((_, index) => paths.indexOf(paths[index] ?? '') === index);
}

const pathOf = (issue: z.core.$ZodIssue): ConfigPath =>
  issue.path.map((segment) => (typeof segment === 'symbol' ? String(segment) : segment));
