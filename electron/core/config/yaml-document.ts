/**
 * YAML text → a plain tree of mappings, lists and scalars, and the line of each value in it. YAML 1.1, because that is
 * what 0.3.7's users wrote (`yes`, `0o`-less octals, merge keys); numbers and truth values keep their written form.
 *
 * 1. Nothing in a file can make this throw, hang or fill the memory: aliases, depth and size of the tree are bounded.
 * 2. A null is an absent key.
 */
import {
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type YAMLError,
} from 'yaml';
import { PlainScalar } from '../../../shared/config-scalars.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { ConfigProblem } from '../../../shared/service-snapshot.ts';
import { fileError, type LineOf } from './config-problem.ts';
import { isMapping } from './tree-path.ts';
import { offsetOf } from './yaml-offset.ts';
import { hasVariable, insertValues, type Substitution } from './environment-substitution.ts';

export interface ConfigTree {
  readonly root: Readonly<Record<string, unknown>>;
  readonly lineOf: LineOf;
}

const maxAliases = 2_000;
/** What all aliases may unfold to, in values. */
const maxAliasUses = 10_000;
/** More faults than this help nobody to mend the file. */
const maxFaults = 50;
const maxTreeDepth = 32;
const maxTreeValues = 100_000;
/** Of all keys and texts, wherever an alias repeats them. */
const maxTreeCharacters = 4 * 1024 * 1024;

/** uniqueKeys compares every key with every other: minutes for a file of 1 MB. `findFaults` needs one look at each. */
const options = { version: '1.1', prettyErrors: false, uniqueKeys: false } as const;

/** Reads a substituted text. Every syntax fault is told, each with its line. */
export function parseConfigText(substitution: Substitution): Result<ConfigTree, readonly ConfigProblem[]> {
  const lines = new LineCounter();
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  try {
    const document = parseDocument(substitution.text, { ...options, lineCounter: lines });
    insertVariables(document, substitution);
    const faults = document.errors.length > 0 ? document.errors.map(syntaxFault) : findFaults(document);
    if (faults.length > 0) {
      const problems = faults.map(({ message, offset }) => fileError(message, lineAt(offset)));
      return err(firstOfEach(problems).slice(0, maxFaults));
    }
    const tree = document.toJS({ maxAliasCount: maxAliasUses }) as unknown;
    const root = prune(tree);
    if (root === null) return err([fileError('the file is empty: expected a mapping with services')]);
    if (!isMapping(root))
      return err([fileError('the file holds no mapping: expected services: at the top', 1)]);
    // Who comments out every service leaves `services:` without a value.
    const services = isMapping(tree) && tree['services'] === null ? { services: [] } : {};
    return ok({ root: { ...root, ...services }, lineOf: (path) => lineAt(offsetOf(document, path)) });
  } catch (error) {
    return err([fileError(describeLimit(error))]);
  }
}

/** One broken bracket makes YAML complain of the same thing many times over. */
const firstOfEach = (problems: readonly ConfigProblem[]): readonly ConfigProblem[] => [
  ...new Map(problems.map((problem) => [`${String(problem.line)} ${problem.message}`, problem])).values(),
];

interface Fault {
  readonly message: string;
  readonly offset: number;
}

/** What YAML's grammar allows and a config does not: a key twice, an alias of nothing, more aliases than make sense. */
function findFaults(document: Document): readonly Fault[] {
  const faults: Fault[] = [];
  const anchors = new Set<string>();
  let aliases = 0;
  visit(document, {
    Node: (_, node) => {
      const offset = node.range?.[0] ?? 0;
      if (isMap(node)) faults.push(...faultyKeys(node.items));
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.add(node.anchor);
        return undefined;
      }
      if (!anchors.has(node.source))
        faults.push({ message: `*${node.source} names no anchor above it`, offset });
      if (++aliases <= maxAliases) return undefined;
      faults.push({ message: `the file has more than ${maxAliases} aliases`, offset });
      return visit.BREAK;
    },
  });
  return faults;
}

function faultyKeys(pairs: readonly { readonly key: unknown }[]): readonly Fault[] {
  const seen = new Set<unknown>();
  return pairs.flatMap(({ key }) => {
    const offset = isNode(key) ? (key.range?.[0] ?? 0) : 0;
    if (!isScalar(key))
      return isAlias(key) ? [] : [{ message: 'a list or mapping stands where a key is expected', offset }];
    if (typeof key.value === 'symbol') return [];
    const isRepeated = seen.has(key.value);
    seen.add(key.value);
    return isRepeated
      ? [{ message: `the key ${String(key.value)} is written twice in one mapping`, offset }]
      : [];
  });
}

/** Puts the variables' values into keys and scalars, and gives what reads as more than text its written form. */
function insertVariables(document: Document, { variables }: Substitution): void {
  visit(document, {
    Scalar: (key, node) => {
      const written = typeof node.value === 'string' ? node.value : (node.source ?? '');
      if (key === 'key') {
        if (typeof node.value !== 'symbol') node.value = insertValues(written, variables);
        return undefined;
      }
      if (!hasVariable(written)) {
        node.value = keepWritten(node.value, node.source);
        return undefined;
      }
      const text = insertValues(written, variables);
      const replacement = node.type === 'PLAIN' ? readPlain(text) : text;
      if (!isNode(replacement)) {
        node.value = replacement;
        return undefined;
      }
      placeAt(replacement, node.range);
      return replacement;
    },
  });
}

/** Numbers and truth values keep what was written. So do dates, which are text to us: no key wants one. */
function keepWritten(value: unknown, source: string | undefined): unknown {
  if (typeof value === 'number' || typeof value === 'boolean')
    return new PlainScalar(value, source ?? String(value));
  return value instanceof Date ? (source ?? value.toISOString()) : value;
}

/** What a variable's value means where YAML would have read it unquoted: a number, a truth value, a flow list, or text. */
function readPlain(text: string): unknown {
  if (text === '') return null;
  if (!/^[[{]|^[\w.+:~-]+$/.test(text)) return text;
  const document = parseDocument(text, options);
  const { contents } = document;
  if (document.errors.length > 0) return text;
  if (isCollection(contents) && contents.flow === true) return contents;
  if (!isScalar(contents) || typeof contents.value === 'string') return text;
  return contents.value === null && text !== '~' ? text : keepWritten(contents.value, contents.source);
}

/** Nodes that come from a variable stand where the variable stands. */
function placeAt(root: unknown, range: [number, number, number] | null | undefined): void {
  if (!isNode(root) || range === null || range === undefined) return;
  visit(root, {
    Node: (_, node) => {
      node.range = range;
    },
  });
}

/** Copies the tree without nulls in mappings, within the bounds. */
function prune(root: unknown): unknown {
  let values = 0;
  let characters = 0;
  const count = (text: string): void => {
    characters += text.length;
    if (characters > maxTreeCharacters)
      throw new LimitError(`the file's aliases unfold to more than ${maxTreeCharacters} characters`);
  };
  const copy = (value: unknown, depth: number): unknown => {
    if (depth > maxTreeDepth)
      throw new LimitError(`the file is nested more than ${maxTreeDepth} levels deep`);
    if (++values > maxTreeValues) throw new LimitError(`the file holds more than ${maxTreeValues} values`);
    if (Array.isArray(value)) return value.map((item) => copy(item, depth + 1));
    if (typeof value === 'string') count(value);
    if (!isMapping(value)) return value ?? null;
    for (const key of Object.keys(value)) count(key);
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, item]) => item !== null && item !== undefined)
        .map(([key, item]) => [key, copy(item, depth + 1)]),
    );
  };
  return copy(root, 0);
}

class LimitError extends Error {}

function describeLimit(error: unknown): string {
  if (error instanceof LimitError) return error.message;
  if (error instanceof RangeError) return 'the file is nested too deeply';
  if (error instanceof ReferenceError) return `the file's aliases unfold to more than ${maxAliasUses} values`;
  return `the file cannot be read as YAML (${error instanceof Error ? error.message : String(error)})`;
}

function syntaxFault({ code, message, pos }: YAMLError): Fault {
  return { message: describeSyntaxError(code, message), offset: pos[0] };
}

function describeSyntaxError(code: YAMLError['code'], message: string): string {
  if (code === 'TAB_AS_INDENT') return 'a tab stands where YAML wants spaces';
  if (code === 'MULTIPLE_DOCS') return 'a second YAML document begins here, one is allowed';
  return message.includes('call stack') ? 'the file is nested too deeply' : `not valid YAML: ${message}`;
}
