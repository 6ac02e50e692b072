/** A config's text, parsed for editing: the position of each node, and the content of each service. */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  visit,
  type Document,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { err, ok, type Result } from '../../../../shared/result.ts';
import type { ServiceDraft } from '../../../../shared/service-edit.ts';
import { guessSyntax } from '../syntax-guess.ts';
import { isMapping } from '../tree-path.ts';
import { YamlBudget } from '../yaml-budget.ts';
import { examineNodes, type AliasTargets } from '../yaml-nodes.ts';
import { describeLimit, readYaml } from '../yaml-reader.ts';
import { buildTree } from '../yaml-tree.ts';
import { maskVariables, unmaskVariables } from './masked-variables.ts';

export interface EditableConfig {
  readonly text: string;
  /** null: the file contains only comments. */
  readonly root: YAMLMap | null;
  /** The list below `services`; null: there is none yet. */
  readonly list: YAMLSeq | null;
  /** The content of each entry, with aliases and merges resolved and variables as written. */
  readonly entries: readonly ServiceDraft[];
  /** The content of the file besides its services. */
  readonly rest: unknown;
  readonly targets: AliasTargets;
  /** The line of an offset, from 1. */
  readonly lineAt: (offset: number) => number;
}

/** The error is a sentence. Variables are not resolved, so a file in which they form the structure cannot be edited. */
export function readEditable(text: string): Result<EditableConfig, string> {
  const budget = new YamlBudget();
  const masked = maskVariables(text);
  const { document, faults, lineAt } = readYaml(masked, budget, { keepSourceTokens: true });
  const [fault] = faults;
  if (document === null || fault !== undefined) {
    const guess = fault?.syntax === undefined ? null : guessSyntax(masked, fault.syntax);
    return err(brokenAt(guess ?? fault, lineAt));
  }
  const { faults: nodeFaults, targets } = examineNodes(document);
  const [nodeFault] = nodeFaults;
  if (nodeFault !== undefined) return err(brokenAt(nodeFault, lineAt));
  try {
    return describe(text, document, { targets, budget, lineAt });
  } catch (error) {
    return err(describeLimit(error));
  }
}

type Fault = { readonly message: string; readonly offset: number } | undefined;

const brokenAt = (fault: Fault, lineAt: (offset: number) => number): string =>
  fault === undefined ? 'the file cannot be read' : `line ${lineAt(fault.offset)}: ${fault.message}`;

interface Reading {
  readonly targets: AliasTargets;
  readonly budget: YamlBudget;
  readonly lineAt: (offset: number) => number;
}

function describe(
  text: string,
  document: Document,
  { targets, budget, lineAt }: Reading,
): Result<EditableConfig, string> {
  const { contents } = document;
  const root = isMap(contents) ? contents : null;
  const isEmpty = contents === null || (isScalar(contents) && contents.value === null);
  if (root === null && !isEmpty) return err('the file is not a mapping: expected services: at the top');
  unmaskScalars(document);
  const tree = isEmpty ? {} : buildTree(document, targets, budget);
  if (!isMapping(tree)) return err('the file is not a mapping: expected services: at the top');
  const { services, ...rest } = tree;
  const list = root === null ? null : listOf(root, targets);
  if (list === undefined) return err('services is not a list');
  const entries = (Array.isArray(services) ? services : []) as unknown[];
  const mappings = entries.filter(isMapping) as unknown as ServiceDraft[];
  if (mappings.length < entries.length) return err('an entry of services is not a mapping');
  return ok({
    text,
    root,
    list,
    entries: mappings,
    rest,
    targets,
    lineAt,
  });
}

/** undefined: `services` is not a list. */
function listOf(root: YAMLMap, targets: AliasTargets): YAMLSeq | null | undefined {
  const value = resolved(pairOf(root, 'services')?.value ?? null, targets);
  if (value === null || (isScalar(value) && value.value === null)) return null;
  return isSeq(value) ? value : undefined;
}

export const resolved = (node: unknown, targets: AliasTargets): unknown =>
  isAlias(node) ? targets.get(node) : node;

/** The pair in the mapping itself, without its merges. */
export const pairOf = (map: YAMLMap, key: string): Pair | undefined =>
  map.items.find((pair) => isScalar(pair.key) && pair.key.value === key);

/** Numbers and booleans in their plain form keep their type; everything else becomes text, as written. */
function unmaskScalars(document: Document): void {
  visit(document, {
    Scalar: (_, node) => {
      const { value, source } = node;
      if (typeof value === 'string') node.value = unmaskVariables(value);
      else if (isOddlyWritten(value, source)) node.value = unmaskVariables(source ?? '');
    },
  });
}

/** `0123`, `0x1f`, `yes`, a date: the spelling matters. */
const isOddlyWritten = (value: unknown, source: string | undefined): boolean =>
  typeof value === 'number' || typeof value === 'boolean' ? String(value) !== source : value instanceof Date;
