/** The commands for the config file. */
import type { Command } from 'commander';
import type { Perform } from '../perform.ts';
import { examples } from './examples.ts';
import { suggestFor } from './other-words.ts';
import { performing } from './performing.ts';

export function addConfigCommands(program: Command, perform: Perform): void {
  const config = program
    .command('config')
    .description('create, check and print the config')
    .addHelpText('after', examples(['localport config validate', 'what is wrong with it, and where']));
  config
    .command('init')
    .description('write a config file to start from')
    .option('--force', 'overwrite the one that exists')
    .addHelpText(
      'after',
      examples(['localport config init', 'where a config belongs, or where --config says']),
    )
    .action(performing(perform, async () => (await import('../commands/config-init.ts')).configInit));
  config
    .command('edit')
    .description('open the config in your editor, and check it afterwards')
    .addHelpText(
      'after',
      examples(
        ['localport config edit', 'in VISUAL or EDITOR, else in the editor of this system'],
        ['localport edit db', 'opens it at the line of a service'],
      ),
    )
    .action(performing(perform, async () => (await import('../commands/config-edit.ts')).configEdit));
  config
    .command('validate')
    .description('check the config file; reports every error with its line')
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
    .command('export')
    .description('print the config as LocalPort understands it: defaults merged, variables replaced')
    .option('--show-secrets', 'show passwords and headers, which are otherwise hidden')
    .addHelpText(
      'after',
      examples(
        ['localport config export', 'as YAML'],
        ["localport config export -o json | jq '.services[].name'", 'as JSON'],
      ),
    )
    .action(performing(perform, async () => (await import('../commands/config-export.ts')).configExport));
  config
    .command('schema')
    .description('print the JSON Schema of the config, for editors')
    .addHelpText(
      'after',
      examples([
        'localport config schema > localport.schema.json',
        'then "# yaml-language-server: $schema=…" at the top of the config',
      ]),
    )
    .action(performing(perform, async () => (await import('../commands/config-schema.ts')).configSchema));
  config
    .command('path')
    .description('print where the config file is, or would be')
    .addHelpText(
      'after',
      examples(['cp "$(localport config path)" config.bak', 'LocalPort applies saved changes by itself']),
    )
    .action(performing(perform, async () => (await import('../commands/config-path.ts')).configPath));
  suggestFor(config, {
    ...{ check: 'validate', lint: 'validate', test: 'validate', verify: 'validate' },
    ...{ print: 'export', show: 'export', create: 'init', new: 'init' },
  });
  suggestFor(program, { check: 'config validate', validate: 'config validate' });
  program
    .command('trust')
    .description('trust the config in a folder as it is now; nothing in an untrusted config runs')
    .argument('[path]', 'the file or its folder (default: the config found from here)')
    .addHelpText(
      'after',
      examples(
        ['localport trust', 'shows what may run from now on'],
        ['localport trust ~/work/localport.yaml', 'after a change was reviewed'],
      ),
    )
    .action(performing(perform, async () => (await import('../commands/trust.ts')).trust));
  program
    .command('untrust')
    .description('revoke the trust in the config in a folder and stop its services')
    .argument('[path]', 'the file or its folder (default: the config found from here)')
    .addHelpText('after', examples(['localport untrust', 'stops its services']))
    .action(performing(perform, async () => (await import('../commands/trust.ts')).untrust));
}
