/**
 * The words that may come next on a command line: read from the program itself, so that there is no second list of
 * commands.
 */
import type { Command, Option } from 'commander';

export interface CompletionRequest {
  /** The words after `localport`, the last one being typed; it may be empty. */
  readonly words: readonly string[];
  /** Read only if a service or a tag may come next. */
  readonly services: () => Promise<readonly Completable[]>;
  /** Kube contexts in use, read only if one may come next. */
  readonly contexts: () => Promise<readonly string[]>;
}

export interface Completable {
  readonly name: string;
  readonly tags: readonly string[];
}

/** Candidates that begin with the typed text. With an empty list the shell completes file names. */
export async function completeWords(
  program: Command,
  { words, ...sources }: CompletionRequest,
): Promise<readonly string[]> {
  const typed = words.at(-1) ?? '';
  const walked = walk(program, words.slice(0, -1));
  const [, assigned, value = ''] = /^(--[^=]+)=(.*)$/s.exec(typed) ?? [];
  if (assigned === undefined || walked.isBehindOptions) {
    const candidates = await candidatesFor(program, walked, { ...sources, typed });
    return candidates.filter((candidate) => candidate.startsWith(typed));
  }
  const option = findOption(program, walked.command, assigned);
  if (option?.required !== true) return [];
  const values = await valuesOf(option, walked, sources);
  return values
    .filter((candidate) => candidate.startsWith(value))
    .map((candidate) => `${assigned}=${candidate}`);
}

type Sources = Omit<CompletionRequest, 'words'>;

async function candidatesFor(
  program: Command,
  walked: Walked,
  { typed, ...sources }: Sources & { readonly typed: string },
): Promise<readonly string[]> {
  const { command, given, valueOf, isHelp, isBehindOptions } = walked;
  if (typed.startsWith('-') && !isBehindOptions) {
    const options = [...visibleOptions(command), ...(command === program ? [] : visibleOptions(program))];
    return unique(options.map(({ long, short }) => long ?? short ?? ''));
  }
  if (valueOf !== null) return valuesOf(valueOf, walked, sources);
  const subcommands = command.createHelp().visibleCommands(command);
  if (subcommands.length > 0) return subcommands.flatMap(namesOf);
  const [argument] = command.registeredArguments.slice(given.length > 0 ? -1 : 0);
  if (argument === undefined || isHelp) return [];
  if (argument.argChoices !== undefined)
    return given.length > 0 && !argument.variadic ? [] : argument.argChoices;
  if (argument.name() !== 'service' || (given.length > 0 && !argument.variadic)) return [];
  return namesBut(given, sources);
}

/** The ones that the option does not have yet. */
async function valuesOf(option: Option, walked: Walked, sources: Sources): Promise<readonly string[]> {
  const spent = walked.spent.get(option) ?? [];
  switch (option.long ?? '') {
    case '--tag':
      return unique((await sources.services()).flatMap(({ tags }) => tags)).filter(isNotIn(spent));
    case '--service':
      return namesBut(spent, sources);
    case '--context':
      return (await sources.contexts()).filter(isNotIn(spent));
    case '--local-port':
      return ['auto'].filter(isNotIn(spent));
    case '--port':
      return walked.command.name() === 'start' ? ['auto'].filter(isNotIn(spent)) : [];
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

const namesOf = (command: Command): readonly string[] => [command.name(), ...command.aliases()];

const unique = (words: readonly string[]): readonly string[] => [...new Set(words)];

interface Walked {
  readonly command: Command;
  /** Its arguments so far. */
  readonly given: readonly string[];
  /** The option whose value is being typed. */
  readonly valueOf: Option | null;
  /** Values so far, by option. */
  readonly spent: ReadonlyMap<Option, readonly string[]>;
  /** `localport help …`: only commands follow. */
  readonly isHelp: boolean;
  /** After `--`: the following words are not options. */
  readonly isBehindOptions: boolean;
}

function walk(program: Command, words: readonly string[]): Walked {
  const isHelp = words[0] === 'help';
  const spent = new Map<Option, readonly string[]>();
  const spend = (option: Option, value: string): void => {
    spent.set(option, [...(spent.get(option) ?? []), value]);
  };
  let isBehindOptions = false;
  let command = program;
  let given: string[] = [];
  let valueOf: Option | null = null;
  for (const word of isHelp ? words.slice(1) : words) {
    if (word === '--' && !isBehindOptions) {
      isBehindOptions = true;
      valueOf = null;
      continue;
    }
    if (word.startsWith('-') && !isBehindOptions) {
      const [name = '', value] = word.split('=', 2);
      const option = findOption(program, command, name);
      if (option !== undefined && value !== undefined) spend(option, value);
      valueOf = option?.required === true && value === undefined ? option : null;
      continue;
    }
    if (valueOf !== null) {
      spend(valueOf, word);
      if (!valueOf.variadic) valueOf = null;
      continue;
    }
    const subcommand = command.commands.find((candidate) => namesOf(candidate).includes(word));
    if (subcommand === undefined) given.push(word);
    else {
      command = subcommand;
      given = [];
    }
  }
  return { command, given, valueOf, spent, isHelp, isBehindOptions };
}

const findOption = (program: Command, command: Command, name: string): Option | undefined =>
  [...command.options, ...program.options].find(({ long, short }) => name === long || name === short);

const visibleOptions = (command: Command): readonly Option[] => command.createHelp().visibleOptions(command);
