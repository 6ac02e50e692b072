/** `localport help …`: the same as `--help` after those words, at any depth. */
import type { Command } from 'commander';
import { closestWord } from '../../core/config/spelling.ts';
import { examples } from './examples.ts';

/** Commander's own supports only one level. */
export function addHelpCommand(program: Command): void {
  program
    .helpCommand(false)
    .command('help')
    .description('print help for a command')
    .argument('[command...]', 'the command, as it is typed')
    .addHelpText(
      'after',
      examples(['localport help daemon start', 'the same as localport daemon start --help']),
    )
    .action((words: readonly string[]) => {
      words.reduce(commandIn, program).help();
    });
}

/** `help start db` means `help start`. */
function commandIn(command: Command, word: string): Command {
  if (command.commands.length === 0) return command;
  const visible = command.createHelp().visibleCommands(command);
  const named = visible.find((candidate) => candidate.name() === word || candidate.aliases().includes(word));
  if (named !== undefined) return named;
  const close = closestWord(
    word,
    visible.map((candidate) => candidate.name()),
  );
  const hint = close === null ? '' : `\n(Did you mean ${close}?)`;
  return command.error(`error: unknown command '${word}'${hint}`);
}
