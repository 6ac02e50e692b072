/**
 * YAML text → a plain tree of mappings, lists and scalars, and the line of each value in it. YAML 1.1, because that is
 * what 0.3.7's users wrote (`yes`, `0o`-less octals, merge keys); numbers and truth values keep their written form.
 *
 * 1. Nothing in a file can make this throw, hang or fill the memory: a `YamlBudget` bounds all that is read and built.
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
  showVariables,
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

/** Reads a substituted text. Of syntax errors only the first is told: the others mostly follow from it. */
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
  // Who comments out every service leaves `services:` without a value.
  const services = hasEmptyServices(document) ? { services: [] } : {};
  return ok({ root: { ...root, ...services }, lineOf: (path) => lineAt(offsetOf(document, targets, path)) });
}

/** Where the mistake probably is, and what it is; as the parser has it where nothing better is known. */
function describeSyntaxFault(
  fault: YamlFault,
  { text, variables }: Substitution,
  lineAt: (offset: number) => number,
): ConfigProblem {
  const { syntax } = fault;
  if (syntax === undefined) return fileError(fault.message, lineAt(fault.offset));
  const { message, offset } = guessSyntax(text, syntax) ?? fault;
  const excerpt = excerptAt(text, offset, (part) => showVariables(part, variables));
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

/** Puts the variables' values into keys and scalars, and gives what reads as more than text its written form. */
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

/** Numbers and truth values keep what was written. So do dates, which are text to us: no key wants one. */
function keepWritten(value: unknown, source: string | undefined): unknown {
  if (typeof value === 'number' || typeof value === 'boolean')
    return new PlainScalar(value, source ?? String(value));
  return value instanceof Date ? (source ?? value.toISOString()) : value;
}

/**
 * What a variable's value means where YAML would have read it unquoted: a number, a truth value, a flow list, or text. Each
 * value is read once, but for lists and mappings: each place needs nodes of its own.
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

/** Nodes that come from a variable stand where the variable stands. */
function placeAt(root: unknown, range: [number, number, number] | null | undefined): void {
  if (!isNode(root) || range === null || range === undefined) return;
  visit(root, {
    Node: (_, node) => {
      node.range = range;
    },
  });
}
