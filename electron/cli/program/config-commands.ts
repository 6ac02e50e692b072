/** The commands for the config file. */
import type { Command } from 'commander';
import type { Perform } from '../command-line.ts';
import { examples } from './examples.ts';
import { performing } from './performing.ts';

export function addConfigCommands(program: Command, perform: Perform): void {
  const config = program.command('config').description('the config file');
  config
    .command('validate')
    .description('check the config file; every fault is told, with its line')
    .argument('[file]', 'the file; by default the one that LocalPort would use')
    .addHelpText(
      'after',
      examples(
        ['localport config validate', 'exits with 1 when there are errors'],
        ['localport config validate team.yaml -o json', 'for an editor or a pipeline'],
      ),
    )
    .action(performing(perform, async () => (await import('../commands/config-validate.ts')).configValidate));
  config
    .command('path')
    .description('print where the config file is, or would be')
    .addHelpText('after', examples(['$EDITOR "$(localport config path)"', 'edit it; LocalPort notices']))
    .action(performing(perform, async () => (await import('../commands/config-path.ts')).configPath));
}
