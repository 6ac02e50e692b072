/** What may stand next on a command line: read from the program itself, so that no list of commands is kept twice. */
import type { Command, Option } from 'commander';

export interface CompletionRequest {
  /** The words after `localport`, the last one being typed; it may be empty. */
  readonly words: readonly string[];
  /** Asked for only where a service or a tag may stand. */
  readonly services: () => Promise<readonly Completable[]>;
  /** Kube contexts in use, asked for only where one may stand. */
  readonly contexts: () => Promise<readonly string[]>;
}

export interface Completable {
  readonly name: string;
  readonly tags: readonly string[];
}

/** Candidates that begin with what is typed. An empty list leaves the shell to complete file names. */
export async function completeWords(
  program: Command,
  { words, ...sources }: CompletionRequest,
): Promise<readonly string[]> {
  const typed = words.at(-1) ?? '';
  const walked = walk(program, words.slice(0, -1));
  const [, assigned, value = ''] = /^(--[^=]+)=(.*)$/s.exec(typed) ?? [];
  if (assigned === undefined) {
    const candidates = await candidatesFor(program, walked, { ...sources, typed });
    return candidates.filter((candidate) => candidate.startsWith(typed));
  }
  const option = findOption(program, walked.command, assigned);
  if (option?.required !== true) return [];
  const values = await valuesOf(option, walked.spent, sources);
  return values
    .filter((candidate) => candidate.startsWith(value))
    .map((candidate) => `${assigned}=${candidate}`);
}

type Sources = Omit<CompletionRequest, 'words'>;

async function candidatesFor(
  program: Command,
  { command, given, valueOf, spent, isHelp }: Walked,
  { typed, ...sources }: Sources & { readonly typed: string },
): Promise<readonly string[]> {
  if (typed.startsWith('-')) {
    const options = [...visibleOptions(command), ...(command === program ? [] : visibleOptions(program))];
    return unique(options.map(({ long, short }) => long ?? short ?? ''));
  }
  if (valueOf !== null) return valuesOf(valueOf, spent, sources);
  const subcommands = command.createHelp().visibleCommands(command);
  if (subcommands.length > 0) return subcommands.map((subcommand) => subcommand.name());
  const [argument] = command.registeredArguments.slice(given.length > 0 ? -1 : 0);
  if (argument === undefined || isHelp) return [];
  if (argument.argChoices !== undefined)
    return given.length > 0 && !argument.variadic ? [] : argument.argChoices;
  return argument.name() === 'service' ? namesBut(given, sources) : [];
}

/** `spent`: values that options have already. */
async function valuesOf(
  option: Option,
  spent: readonly string[],
  sources: Sources,
): Promise<readonly string[]> {
  switch (option.long ?? '') {
    case '--tag':
      return unique((await sources.services()).flatMap(({ tags }) => tags)).filter(isNotIn(spent));
    case '--service':
      return namesBut(spent, sources);
    case '--context':
      return (await sources.contexts()).filter(isNotIn(spent));
    default:
      return option.argChoices ?? [];
  }
}

const namesBut = async (given: readonly string[], { services }: Sources): Promise<readonly string[]> =>
  (await services()).map(({ name }) => name).filter(isNotIn(given));

const isNotIn =
  (words: readonly string[]) =>
  (word: string): boolean =>
    !words.includes(word);

const unique = (words: readonly string[]): readonly string[] => [...new Set(words)];

interface Walked {
  readonly command: Command;
  /** Its arguments so far. */
  readonly given: readonly string[];
  /** The option whose value is typed now. */
  readonly valueOf: Option | null;
  /** Values of options so far. */
  readonly spent: readonly string[];
  /** `localport help …`: only commands follow. */
  readonly isHelp: boolean;
}

function walk(program: Command, words: readonly string[]): Walked {
  const isHelp = words[0] === 'help';
  const spent: string[] = [];
  let command = program;
  let given: string[] = [];
  let valueOf: Option | null = null;
  for (const word of isHelp ? words.slice(1) : words) {
    if (word.startsWith('-')) {
      const [name = '', value] = word.split('=', 2);
      if (value !== undefined) spent.push(value);
      const option = findOption(program, command, name);
      valueOf = option?.required === true && value === undefined ? option : null;
      continue;
    }
    if (valueOf !== null) {
      spent.push(word);
      if (!valueOf.variadic) valueOf = null;
      continue;
    }
    const subcommand = command.commands.find((candidate) => candidate.name() === word);
    if (subcommand === undefined) given.push(word);
    else {
      command = subcommand;
      given = [];
    }
  }
  return { command, given, valueOf, spent, isHelp };
}

const findOption = (program: Command, command: Command, name: string): Option | undefined =>
  [...command.options, ...program.options].find(({ long, short }) => name === long || name === short);

const visibleOptions = (command: Command): readonly Option[] => command.createHelp().visibleOptions(command);
