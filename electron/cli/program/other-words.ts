/** Words from other tools whose spelling is too far from our commands' to be suggested by it. */
import type { Command } from 'commander';

/** `meant`: our command for each word, as it is suggested. They are errors, and in no help. */
export function suggestFor(command: Command, meant: Readonly<Record<string, string>>): void {
  for (const [word, suggestion] of Object.entries(meant))
    command
      .command(word, { hidden: true })
      .helpOption(false)
      .allowUnknownOption()
      .allowExcessArguments()
      .action(() => command.error(`error: unknown command '${word}'\n(Did you mean ${suggestion}?)`));
}
