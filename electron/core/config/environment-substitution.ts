/**
 * `${NAME}` and `${NAME:default}`, as LocalPort 0.3.7 had them, and `${NAME:-default}`, as compose files have it, where an empty
 * variable counts as unset: replaced in the text of the file, before YAML reads it, and the first colon splits. A default
 * is part of the file and is put in as it stands. A variable's value is not: it travels through YAML as a token of two
 * private-use characters and is put in afterwards, so that a password with `#`, quotes or a line break means itself and cannot
 * write YAML of its own.
 */
export type Environment = Readonly<Record<string, string | undefined>>;

interface Variable {
  readonly name: string;
  /** undefined: neither set nor given a default. */
  readonly value: string | undefined;
  /** Where it is named, from 1. */
  readonly line: number;
}

export interface Substitution {
  /** The file's text with defaults put in and variables as tokens; line numbers are those of the file. */
  readonly text: string;
  /** Every use of a variable that is not replaced by its default, in the order of the file. */
  readonly variables: readonly Variable[];
  /** There are more than these, which are in the text as they are written. */
  readonly hasTooMany: boolean;
}

/** A use of an unset variable without default. */
export type UnsetVariable = Pick<Variable, 'name' | 'line'>;

/** The innermost ones: a default may itself name variables. */
export const placeholder = /\$\{((?:(?!\$\{)[^}\n])+)\}/g;
export const maxNesting = 8;
/** Far more than 1,000 services name. */
const maxVariables = 50_000;
/** What is longer is text: no system has such a variable. */
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
    const isOfCompose = colon !== -1 && expression[colon + 1] === '-';
    const value = isOfCompose && found === '' ? undefined : found;
    if (value === undefined && colon !== -1) return expression.slice(colon + (isOfCompose ? 2 : 1));
    hasTooMany ||= variables.length >= maxVariables;
    if (hasTooMany) return whole;
    // No placeholder spans lines, so none is moved.
    variables.push({ name, value, line: lineAt(text, offset) });
    return `\uE000${variables.length - 1}\uE001`;
  };
  let text = source;
  for (let depth = 0; depth < maxNesting && text.includes('${'); depth += 1) {
    lineAt = lineTeller();
    text = text.replace(placeholder, replaced);
  }
  return { text, variables, hasTooMany };
}

export const hasVariable = (text: string): boolean => text.includes('\uE000') && text.search(token) !== -1;

/** Puts in the values of the variables that are set; tokens of unset ones stay. */
export function insertValues(text: string, variables: readonly Variable[]): string {
  if (!hasVariable(text)) return text;
  return text.replace(token, (whole, index: string) => variables[Number(index)]?.value ?? whole);
}

/** One word of the file with its variables' values put in. */
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

/** Writes tokens as `${NAME}` again, to be shown. */
export function showVariables(text: string, variables: readonly Variable[]): string {
  if (!hasVariable(text)) return text;
  return text.replace(token, (whole, index: string) => {
    const variable = variables[Number(index)];
    return variable === undefined ? whole : `\${${variable.name}}`;
  });
}

/** The lines of offsets that only grow: what lies between two of them is looked at once. */
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
