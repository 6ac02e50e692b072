/**
 * YAML text → a plain tree of mappings, lists and scalars, and the line of each value in it. YAML 1.1, as in files for
 * 0.3.7 (`yes`, `0o`-less octals, merge keys); numbers and booleans keep their written form.
 *
 * 1. No file can make this throw, hang or exhaust the memory: a `YamlBudget` bounds everything that is read and built.
 * 2. A null is an absent key.
 */
import {
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  visit,
  type Document,
  type Scalar,
} from 'yaml';
import { PlainScalar } from '../../../shared/config-scalars.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { ConfigProblem } from '../../../shared/service-snapshot.ts';
import { fileError, type LineOf } from './config-problem.ts';
import {
  hasVariable,
  insertValues,
  tooManyVariables,
  type Substitution,
} from './environment-substitution.ts';
import { excerptAt } from './source-excerpt.ts';
import { guessSyntax } from './syntax-guess.ts';
import { isMapping } from './tree-path.ts';
import { YamlBudget } from './yaml-budget.ts';
import { examineNodes } from './yaml-nodes.ts';
import { offsetOf } from './yaml-offset.ts';
import { describeLimit, readYaml, type YamlFault, type YamlReading } from './yaml-reader.ts';
import { buildTree } from './yaml-tree.ts';

export interface ConfigTree {
  readonly root: Readonly<Record<string, unknown>>;
  readonly lineOf: LineOf;
}

type Parsed = Result<ConfigTree, readonly ConfigProblem[]>;

/** Reads a substituted text. Only the first syntax error is reported: the others mostly follow from it. */
export function parseConfigText(substitution: Substitution): Parsed {
  if (substitution.hasTooMany) return err([fileError(tooManyVariables)]);
  const budget = new YamlBudget();
  const reading = readYaml(substitution.text, budget);
  try {
    return readDocument(reading, substitution, budget);
  } catch (error) {
    return err([fileError(describeLimit(error))]);
  }
}

function readDocument(
  { document, faults: syntaxFaults, lineAt }: YamlReading,
  substitution: Substitution,
  budget: YamlBudget,
): Parsed {
  if (document !== null) insertVariables(document, substitution, budget);
  const [syntaxFault] = syntaxFaults;
  if (syntaxFault !== undefined) return err([describeSyntaxFault(syntaxFault, substitution, lineAt)]);
  if (document === null) return err([fileError('the file cannot be read as YAML')]);
  const { faults, targets } = examineNodes(document);
  if (faults.length > 0) return err(faults.map(({ message, offset }) => fileError(message, lineAt(offset))));
  const root = buildTree(document, targets, budget);
  if (root === null) return err([fileError('the file is empty: expected a mapping with services')]);
  if (!isMapping(root))
    return err([fileError('the file is not a mapping: expected services: at the top', 1)]);
  // If all services are commented out, `services:` has no value.
  const services = hasEmptyServices(document) ? { services: [] } : {};
  return ok({ root: { ...root, ...services }, lineOf: (path) => lineAt(offsetOf(document, targets, path)) });
}

/** The probable mistake and its position; the parser's report if there is no better guess. */
function describeSyntaxFault(
  fault: YamlFault,
  substitution: Substitution,
  lineAt: (offset: number) => number,
): ConfigProblem {
  const { syntax } = fault;
  if (syntax === undefined) return fileError(fault.message, lineAt(fault.offset));
  const { message, offset } = guessSyntax(substitution.text, syntax) ?? fault;
  const excerpt = excerptAt(substitution, offset);
  return { ...fileError(message, lineAt(offset)), ...(excerpt === null ? {} : { excerpt }) };
}

const hasEmptyServices = ({ contents }: Document): boolean =>
  isMap(contents) &&
  contents.items.some(
    ({ key, value }) =>
      isScalar(key) &&
      key.value === 'services' &&
      (value === null || (isScalar(value) && value.value === null)),
  );

/** Inserts the values of variables into keys and scalars, and gives numbers and booleans their written form. */
function insertVariables(document: Document, { variables }: Substitution, budget: YamlBudget): void {
  const insert = (written: string): string => {
    const text = insertValues(written, variables);
    budget.spendCharacters(Math.max(0, text.length - written.length), 'variables');
    return text;
  };
  const readPlainText = plainReader(budget);
  const fillKey = (node: unknown): void => {
    if (!isScalar(node) || typeof node.value === 'symbol') return;
    node.value = insert(typeof node.value === 'string' ? node.value : (node.source ?? ''));
  };
  const fillScalar = (node: Scalar): unknown => {
    const written = typeof node.value === 'string' ? node.value : (node.source ?? '');
    if (!hasVariable(written)) {
      node.value = keepWritten(node.value, node.source);
      return node;
    }
    const text = insert(written);
    const replacement = node.type === 'PLAIN' ? readPlainText(text) : text;
    if (isNode(replacement)) {
      placeAt(replacement, node.range);
      return fill(replacement);
    }
    node.value = replacement;
    return node;
  };
  const fill = (node: unknown): unknown => {
    if (isScalar(node)) return fillScalar(node);
    if (isSeq(node)) node.items = node.items.map((item) => (isPair(item) ? item : fill(item)));
    if (!isMap(node)) return node;
    for (const pair of node.items) {
      if (isScalar(pair.key)) fillKey(pair.key);
      else fill(pair.key);
      pair.value = fill(pair.value);
    }
    return node;
  };
  document.contents = fill(document.contents) as Document['contents'];
}

/** Numbers and booleans keep their written form. So do dates, which are treated as text: no key takes a date. */
function keepWritten(value: unknown, source: string | undefined): unknown {
  if (typeof value === 'number' || typeof value === 'boolean')
    return new PlainScalar(value, source ?? String(value));
  return value instanceof Date ? (source ?? value.toISOString()) : value;
}

/**
 * The meaning of a variable's value in an unquoted position: a number, a boolean, a flow list, or text. Each
 * value is parsed once, except lists and mappings, since each use needs its own nodes.
 */
function plainReader(budget: YamlBudget): (text: string) => unknown {
  const known = new Map<string, unknown>();
  return (text) => {
    if (known.has(text)) return known.get(text);
    const value = readPlain(text, budget);
    if (!isCollection(value)) known.set(text, value);
    return value;
  };
}

function readPlain(text: string, budget: YamlBudget): unknown {
  if (text === '') return null;
  if (!/^[[{]|^[\w.+:~-]+$/.test(text)) return text;
  const { document, faults } = readYaml(text, budget);
  if (document === null || faults.length > 0) return text;
  const { contents } = document;
  if (isCollection(contents) && contents.flow === true) return contents;
  if (!isScalar(contents) || typeof contents.value === 'string') return text;
  return contents.value === null && text !== '~' ? text : keepWritten(contents.value, contents.source);
}

/** Gives nodes from a variable the position of the variable. */
function placeAt(root: unknown, range: [number, number, number] | null | undefined): void {
  if (!isNode(root) || range === null || range === undefined) return;
  visit(root, {
    Node: (_, node) => {
      node.range = range;
    },
  });
}
