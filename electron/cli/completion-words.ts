/** What may stand next on a command line: read from the program itself, so that no list of commands is kept twice. */
import type { Command, Option } from 'commander';

export interface CompletionRequest {
  /** The words after `localport`, the last one being typed; it may be empty. */
  readonly words: readonly string[];
  /** Asked for only where a service or a tag may stand. */
  readonly services: () => Promise<readonly Completable[]>;
}

export interface Completable {
  readonly name: string;
  readonly tags: readonly string[];
}

/** Candidates that begin with what is typed. An empty list leaves the shell to complete file names. */
export async function completeWords(
  program: Command,
  { words, services }: CompletionRequest,
): Promise<readonly string[]> {
  const typed = words.at(-1) ?? '';
  const { command, given, valueOf } = walk(program, words.slice(0, -1));
  const starting = (candidates: readonly string[]): readonly string[] =>
    candidates.filter((candidate) => candidate.startsWith(typed));
  const namesToCome = async (): Promise<readonly string[]> =>
    starting((await services()).map(({ name }) => name)).filter((name) => !given.includes(name));
  if (valueOf?.long === '--tag') return starting(unique((await services()).flatMap(({ tags }) => tags)));
  if (valueOf?.long === '--service') return namesToCome();
  if (valueOf !== null) return starting(valueOf.argChoices ?? []);
  if (typed.startsWith('-')) {
    const options = [...visibleOptions(command), ...(command === program ? [] : visibleOptions(program))];
    return starting(unique(options.map(({ long, short }) => long ?? short ?? '')));
  }
  const subcommands = command.createHelp().visibleCommands(command);
  if (subcommands.length > 0) return starting(subcommands.map((subcommand) => subcommand.name()));
  const [argument] = command.registeredArguments.slice(given.length > 0 ? -1 : 0);
  if (argument === undefined) return [];
  if (argument.argChoices !== undefined)
    return given.length > 0 && !argument.variadic ? [] : starting(argument.argChoices);
  if (argument.name() !== 'service') return [];
  return namesToCome();
}

const unique = (words: readonly string[]): readonly string[] => [...new Set(words)];

interface Walked {
  readonly command: Command;
  /** Its arguments so far. */
  readonly given: readonly string[];
  /** The option whose value is typed now. */
  readonly valueOf: Option | null;
}

function walk(program: Command, words: readonly string[]): Walked {
  let command = program;
  let given: string[] = [];
  let valueOf: Option | null = null;
  for (const word of words) {
    if (valueOf !== null) {
      valueOf = null;
      continue;
    }
    if (word.startsWith('-')) {
      const option = [...command.options, ...program.options].find(
        ({ long, short }) => word === long || word === short,
      );
      valueOf = option?.required === true ? option : null;
      continue;
    }
    const subcommand = command.commands.find((candidate) => candidate.name() === word);
    if (subcommand === undefined) given.push(word);
    else {
      command = subcommand;
      given = [];
    }
  }
  return { command, given, valueOf };
}

const visibleOptions = (command: Command): readonly Option[] => command.createHelp().visibleOptions(command);
