/**
 * `${NAME}` and `${NAME:default}`, as in LocalPort 0.3.7, and `${NAME:-default}`, as in compose files, where an empty
 * variable counts as unset: replaced in the text of the file before YAML parses it, split at the first colon.
 * `${NAME:?message}`, also of compose files, has no default. A default is part of the file and is inserted as it is. A
 * variable's value is not: it passes through YAML as a token of two private-use characters and is inserted afterwards, so
 * that a password with `#`, quotes or a line break is taken literally and cannot inject YAML.
 */
export type Environment = Readonly<Record<string, string | undefined>>;

interface Variable {
  readonly name: string;
  /** undefined: neither set nor given a default. */
  readonly value: string | undefined;
  /** The line of its use, from 1. */
  readonly line: number;
}

export interface Substitution {
  readonly source: string;
  /** The file's text with defaults inserted and variables as tokens; line numbers are those of the file. */
  readonly text: string;
  /** Every use of a variable that is not replaced by its default, in the order of the file. */
  readonly variables: readonly Variable[];
  /** There are more variables than the limit; the others are in the text as written. */
  readonly hasTooMany: boolean;
}

/** A use of an unset variable without a default. */
export type UnsetVariable = Pick<Variable, 'name' | 'line'>;

/** The innermost ones: a default may itself name variables. */
export const placeholder = /\$\{((?:(?!\$\{)[^}\n])+)\}/g;
export const maxNesting = 8;
/** Far more than 1,000 services need. */
const maxVariables = 50_000;
/** A longer name is text: no system has such a variable. */
const maxNameCharacters = 256;
const token = /\uE000(\d+)\uE001/g;

export const tooManyVariables = `the file names more than ${maxVariables} variables`;

export function substituteEnvironment(source: string, environment: Environment): Substitution {
  const variables: Variable[] = [];
  let hasTooMany = false;
  let lineAt = lineTeller();
  const replaced = (whole: string, expression: string, offset: number, text: string): string => {
    const colon = expression.indexOf(':');
    const name = (colon === -1 ? expression : expression.slice(0, colon)).trim();
    if (name.length > maxNameCharacters) return whole;
    const found = Object.hasOwn(environment, name) ? environment[name] : undefined;
    const sign = colon === -1 ? '' : (expression[colon + 1] ?? '');
    const value = found === '' && /^[-?]$/.test(sign) ? undefined : found;
    if (value === undefined && colon !== -1 && sign !== '?')
      return expression.slice(colon + (sign === '-' ? 2 : 1));
    hasTooMany ||= variables.length >= maxVariables;
    if (hasTooMany) return whole;
    // No placeholder spans lines, so line numbers do not change.
    variables.push({ name, value, line: lineAt(text, offset) });
    return `\uE000${variables.length - 1}\uE001`;
  };
  let text = source;
  for (let depth = 0; depth < maxNesting && text.includes('${'); depth += 1) {
    lineAt = lineTeller();
    text = text.replace(placeholder, replaced);
  }
  return { source, text, variables, hasTooMany };
}

export const hasVariable = (text: string): boolean => text.includes('\uE000') && text.search(token) !== -1;

/** Inserts the values of set variables; tokens of unset ones stay. */
export function insertValues(text: string, variables: readonly Variable[]): string {
  if (!hasVariable(text)) return text;
  return text.replace(token, (whole, index: string) => variables[Number(index)]?.value ?? whole);
}

/** One word of the file with the values of its variables. */
export function withValues(word: string, environment: Environment): string {
  if (!word.includes('${')) return word;
  const { text, variables } = substituteEnvironment(word, environment);
  return insertValues(text, variables);
}

/** The unset variables named in a text. */
export function unsetVariablesIn(text: string, variables: readonly Variable[]): readonly UnsetVariable[] {
  if (!hasVariable(text)) return [];
  return [...text.matchAll(token)].flatMap(([, index]) => {
    const variable = variables[Number(index)];
    return variable === undefined || variable.value !== undefined ? [] : [variable];
  });
}

/** Writes tokens as `${NAME}` again, for display. */
export function showVariables(text: string, variables: readonly Variable[]): string {
  if (!hasVariable(text)) return text;
  return text.replace(token, (whole, index: string) => {
    const variable = variables[Number(index)];
    return variable === undefined ? whole : `\${${variable.name}}`;
  });
}

/** The lines of increasing offsets: the text between two of them is scanned once. */
function lineTeller(): (text: string, offset: number) => number {
  let line = 1;
  let position = 0;
  return (text, offset) => {
    for (
      let end = text.indexOf('\n', position);
      end !== -1 && end < offset;
      end = text.indexOf('\n', position)
    ) {
      line += 1;
      position = end + 1;
    }
    return line;
  };
}
