/** The whole command line: global options, and every command with its help. The actions are loaded when needed. */
import { Command, Option, type OutputConfiguration } from 'commander';
import { logLevels } from '../core/observability/log-writer.ts';
import { version } from '../version.ts';
import type { Perform } from './perform.ts';
import { addConfigCommands } from './program/config-commands.ts';
import { addDaemonCommands } from './program/daemon-commands.ts';
import { addDocsCommand } from './program/docs-command.ts';
import { addEditCommands } from './program/edit-commands.ts';
import { examples } from './program/examples.ts';
import { formatHelp } from './program/help-format.ts';
import { addHelpCommand } from './program/help-command.ts';
import { addRemoteCommands } from './program/remote-commands.ts';
import { addSecretCommands } from './program/secret-commands.ts';
import { addServiceCommands } from './program/service-commands.ts';
import { addToolCommands } from './program/tool-commands.ts';

export interface ProgramParts {
  readonly output: OutputConfiguration;
  readonly perform: Perform;
}

export function createProgram({ output, perform }: ProgramParts): Command {
  const program = new Command('localport')
    .description('Keeps port forwards alive: kubectl, ssh, tcp, and your own commands.')
    .configureOutput(output)
    .configureHelp({ formatHelp })
    .exitOverride()
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .showHelpAfterError('(see --help)')
    .option('-c, --config <file>', 'use this config file')
    .option('-v, --verbose', 'say more: which LocalPort is used, phases of a stop')
    .option('--debug', 'show stack traces; a daemon that is started logs everything')
    .option('-q, --quiet', 'print only answers and errors')
    .addOption(new Option('--log-level <level>', 'of a daemon that is started').choices(logLevels))
    .option('--no-color', 'no color, as with NO_COLOR in the environment')
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['table', 'json', 'text']));
  addServiceCommands(program, perform);
  addEditCommands(program, perform);
  program.commandsGroup('LocalPort:');
  addDaemonCommands(program, perform);
  addConfigCommands(program, perform);
  addSecretCommands(program, perform);
  addRemoteCommands(program, perform);
  addToolCommands(program, perform);
  addDocsCommand(program, perform);
  addHelpCommand(program);
  program.addHelpText(
    'after',
    examples(
      ['localport add ssh bastion db:5432', 'add a service; also: add kube, add tcp, add command'],
      ['localport import kube', 'or propose services from your clusters; import ssh: from your ssh_config'],
      ['localport start --all --wait', 'start the daemon and every service'],
      ['localport status', 'the state of services, and causes of trouble; -o json for scripts'],
      ['localport start --help', 'every command has help with examples'],
    ),
  );
  return program;
}
