/** The commands for other tools: monitoring, shells. */
import { Argument, type Command } from 'commander';
import type { Perform } from '../perform.ts';
import { completionShells } from '../completion-scripts.ts';
import { examples } from './examples.ts';
import { performing } from './performing.ts';

export function addToolCommands(program: Command, perform: Perform): void {
  program
    .command('doctor')
    .description('check what forwards depend on: shell, kubectl, ssh, agent, plugins, ports, permissions')
    .option('--report', 'print versions, settings, states and the last causes as one text for a bug report')
    .addHelpText(
      'after',
      examples(
        ['localport doctor', 'each item is OK or comes with a fix; exits with 1 if something must be fixed'],
        ['localport doctor --report', 'for a bug report: secrets are hidden, names have placeholders'],
      ),
    )
    .action(performing(perform, async () => (await import('../commands/doctor.ts')).doctor));
  program
    .command('metrics')
    .description('print metrics of every service as OpenMetrics text')
    .addHelpText(
      'after',
      examples(['localport metrics > /var/lib/node_exporter/localport.prom', 'for a textfile collector']),
    )
    .action(performing(perform, async () => (await import('../commands/metrics.ts')).metrics));
  program
    .command('install-command')
    .description('put the localport command of the installed app on your PATH')
    .addHelpText(
      'after',
      examples([
        '/Applications/LocalPort.app/Contents/Resources/bin/localport install-command',
        'once, on a Mac; never replaces a file of another program',
      ]),
    )
    .action(
      performing(perform, async () => (await import('../commands/install-command.ts')).installCommandAction),
    );
  program
    .command('version')
    .description('print the version of this command, and of the LocalPort that is running')
    .addHelpText('after', examples(['localport version', 'localport --version prints the number alone']))
    .action(performing(perform, async () => (await import('../commands/version.ts')).showVersion));
  program
    .command('completion')
    .description('print a script that completes commands, options and names in your shell')
    .addArgument(new Argument('<shell>', 'your shell').choices(completionShells))
    .addHelpText(
      'after',
      examples(
        ['eval "$(localport completion bash)"', 'in ~/.bashrc'],
        ['eval "$(localport completion zsh)"', 'in ~/.zshrc'],
        ['localport completion fish > ~/.config/fish/completions/localport.fish', 'once'],
      ),
    )
    .action(performing(perform, async () => (await import('../commands/completion.ts')).completion));
  program
    .command('uninstall')
    .description('stop LocalPort and remove what it made: agent or unit, link to the command, state, logs')
    .option('-y, --yes', 'do not ask')
    .addHelpText(
      'after',
      examples(['localport uninstall', 'asks once; your config, stored passwords and the app itself stay']),
    )
    .action(performing(perform, async () => (await import('../commands/uninstall.ts')).uninstall));
}
