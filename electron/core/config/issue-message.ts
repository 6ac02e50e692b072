import type * as z from 'zod';
import { connectionSchemas } from '../../../shared/config-schema.ts';
import { showValue } from '../../../shared/config-scalars.ts';
import { assertNever } from '../../../shared/result.ts';
import { knownKeys } from './known-keys.ts';
import { guessKey, guessValue } from './synonyms.ts';
import { isMapping } from './tree-path.ts';

type Issue = z.core.$ZodIssue;

/** What was found and what is allowed: `70000 is above 65535`. `found` is the value as written. */
export const describeIssue = (issue: Issue, found: unknown): string =>
  describeFault(issue, found) + (hintAt(issue.path.at(-1), found) ?? '');

/** What to write instead, if the key and the value show what was meant. */
function hintAt(key: PropertyKey | undefined, found: unknown): string | null {
  if (key === 'local_port' && (found === undefined || showValue(found) === '0'))
    return '; write auto to let LocalPort choose one';
  if ((key === 'health_check' || key === 'restart_policy') && /^(?:false|no|off)$/i.test(showValue(found)))
    return '; to turn it off, write {enabled: false}';
  if (typeof found !== 'string') return null;
  if (key === 'remote_host' && found.startsWith('/')) return '; a Unix socket belongs in remote_socket';
  const [, variable] = /^\$([A-Za-z_]\w*)/.exec(found) ?? [];
  return variable === undefined ? null : `; an environment variable is written \${${variable}}`;
}

/** A key that is not in the schema, and that would change what the service is: null for all others. */
export const describeRefusedValue = (key: string, found: unknown): string | null =>
  key === 'protocol' && typeof found === 'string' && /^udp$/i.test(found)
    ? 'LocalPort forwards TCP, not UDP'
    : null;

function describeFault(issue: Issue, found: unknown): string {
  const shown = showValue(found);
  switch (issue.code) {
    case 'custom':
      return issue.message;
    case 'invalid_value':
      return describeChoice(found, issue.values.map(String));
    case 'too_big':
      // A number that is no longer exact.
      if (issue.origin === 'int') return `${shown} is too large`;
      return issue.origin === 'number'
        ? `${shown} is above ${issue.maximum}`
        : `${shown} is longer than ${issue.maximum} ${issue.origin === 'string' ? 'characters' : 'items'}`;
    case 'too_small':
      if (issue.origin === 'int') return `${shown} is too small`;
      return issue.origin === 'number'
        ? `${shown} is below ${issue.minimum}`
        : `is empty, expected ${issue.origin === 'string' ? 'text' : 'at least one item'}`;
    case 'invalid_type':
      return found === undefined
        ? `is missing, expected ${expectation(issue.expected)}`
        : `${shown} found where ${expectation(issue.expected)} is expected${hintOnType(issue.expected, found)}`;
    case 'invalid_union':
      if (isOrWord(issue)) return describeOrWord(issue, found);
      return describeBranch(issue, found);
    case 'invalid_format':
      return `${shown} contains a control character`;
    case 'invalid_key':
    case 'invalid_element':
    case 'not_multiple_of':
    case 'unrecognized_keys':
      return `${shown} is not allowed here`;
    default:
      return assertNever(issue, 'issue');
  }
}

/** `- name:db` is text, and entries without a dash are one mapping. `db:5432` as a number lacks no space. */
function hintOnType(expected: string, found: unknown): string {
  if (expected === 'array' && isMapping(found)) return ': begin each entry with "- "';
  const [, key] = /^(\w+):[^\s/]/.exec(typeof found === 'string' ? found : '') ?? [];
  const isMeantAsKey = key !== undefined && (mappingTypes.has(expected) || knownKeys.has(key));
  return isMeantAsKey ? ': is a space missing after the colon?' : '';
}

const mappingTypes: ReadonlySet<string> = new Set(['object', 'record']);

/** One of the branches is a single word: a number or `auto`. */
const isOrWord = ({ errors }: z.core.$ZodIssueInvalidUnion): boolean =>
  errors.some(([first]) => first?.code === 'invalid_value' && first.values.length === 1);

/** The message of the branch for values of this type; else the possible types. */
function describeBranch(issue: z.core.$ZodIssueInvalidUnion, found: unknown): string {
  const near = issue.errors.flatMap(([first]) => first ?? []).find(({ code }) => code !== 'invalid_type');
  return near === undefined
    ? `${showValue(found)} found where ${unionExpectation(issue)} is expected`
    : describeFault(near, found);
}

/** The error of the value as the other alternative. */
function describeOrWord({ errors }: z.core.$ZodIssueInvalidUnion, found: unknown): string {
  const branches = errors.flatMap(([first]) => first ?? []);
  const words = branches.flatMap((issue) => (issue.code === 'invalid_value' ? issue.values.map(String) : []));
  const other = branches.find((issue) => issue.code !== 'invalid_value');
  const meant = typeof found === 'string' ? guessValue(found, words) : null;
  const described = other === undefined ? 'is not allowed here' : describeFault(other, found);
  return `${described}${meant === null ? '' : `; did you mean ${meant}?`}`;
}

/** `"kubctl" is none of kubectl, ssh, tcp, command; did you mean kubectl?` */
function describeChoice(found: unknown, allowed: readonly string[]): string {
  const list = allowed.join(', ');
  const [only, ...others] = allowed;
  if (only !== undefined && others.length === 0)
    return found === undefined
      ? `is missing, expected ${only}`
      : `${showValue(found)} found where ${only} is expected`;
  if (found === undefined) return `is missing, expected one of ${list}`;
  const meant = typeof found === 'string' ? guessValue(found, allowed) : null;
  return `${showValue(found)} is none of ${list}${meant === null ? '' : `; did you mean ${meant}?`}`;
}

/** `unknown key, ignored; did you mean local_port?` */
export function describeIgnoredKey(key: string, known: readonly string[]): string {
  return `unknown key, ignored${suggestion(key, known) ?? ''}`;
}

/** `unknown key, so the service does not start; did you mean context?` */
export function describeRefusedKey(key: string, known: readonly string[]): string {
  const hint = suggestion(key, known) ?? `; known keys are ${known.join(', ')}`;
  return `unknown key, so the service does not start${hint}`;
}

/** In place of a required key: `unknown key; did you mean technology?` */
export const describeMistakenKey = (key: string, known: readonly string[]): string =>
  `unknown key; did you mean ${guessKey(key, known) ?? known.join(', ')}?`;

const connectionKeys: ReadonlySet<string> = new Set(
  Object.values(connectionSchemas).flatMap((schema) => Object.keys(schema.out.shape)),
);

/** `{host:bastion}` is one key without a value. */
function suggestion(key: string, known: readonly string[]): string | null {
  const [, name = '', value] = /^(\w+):(\S+)$/.exec(key) ?? [];
  if (value !== undefined && known.includes(name))
    return `; a space is missing after the colon: ${name}: ${value}`;
  if (known.includes('connection') && connectionKeys.has(key)) return '; it belongs below connection';
  const meant = guessKey(key, known);
  return meant === null ? null : `; did you mean ${meant}?`;
}

function expectation(type: string): string {
  switch (type) {
    case 'int':
      return 'a whole number';
    case 'number':
      return 'a number';
    case 'string':
      return 'text';
    case 'boolean':
      return 'true or false';
    case 'array':
      return 'a list';
    case 'object':
    case 'record':
      return 'a mapping';
    default:
      return type;
  }
}

function unionExpectation(issue: z.core.$ZodIssueInvalidUnion): string {
  const types = issue.errors.flatMap((branch) =>
    branch.flatMap((inner) => (inner.code === 'invalid_type' ? [expectation(inner.expected)] : [])),
  );
  return [...new Set(types)].join(' or ');
}
