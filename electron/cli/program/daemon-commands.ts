/** The commands for the host itself. */
import type { Command } from 'commander';
import type { Perform } from '../perform.ts';
import { examples } from './examples.ts';
import { performing } from './performing.ts';

export function addDaemonCommands(program: Command, perform: Perform): void {
  const daemon = program
    .command('daemon')
    .description('manage LocalPort itself')
    .addHelpText(
      'after',
      examples(['localport daemon start', 'now'], ['localport daemon install', 'at each login']),
    );
  daemon
    .command('start')
    .description('start LocalPort in the background')
    .option('-f, --foreground', 'stay here until Ctrl-C')
    .option('--menu-bar', 'start the menu-bar app instead of the daemon')
    .addHelpText(
      'after',
      examples(
        ['localport daemon start', 'with the config that is found'],
        ['localport daemon start --config ~/work.yaml', 'with this one'],
        ['localport daemon start --foreground', 'under your own supervisor'],
      ),
    )
    .action(performing(perform, async () => (await import('../commands/daemon-start.ts')).daemonStart));
  daemon
    .command('stop')
    .description('stop LocalPort, the daemon or the app, and everything that it started')
    .option('--force', 'stop at once, without waiting for connections to close')
    .addHelpText(
      'after',
      examples(
        ['localport daemon stop', 'ends all tunnels and frees all ports'],
        ['localport daemon stop --verbose', 'shows each phase and its time'],
      ),
    )
    .action(performing(perform, async () => (await import('../commands/daemon-stop.ts')).daemonStop));
  daemon
    .command('restart')
    .description('stop LocalPort and start it again with the same config')
    .addHelpText('after', examples(['localport daemon restart', 'after an update']))
    .action(performing(perform, async () => (await import('../commands/daemon-restart.ts')).daemonRestart));
  daemon
    .command('status')
    .description('show which LocalPort is running, since when, and its config; exits with 1 if none is')
    .addHelpText('after', examples(['localport daemon status -q || localport daemon start', 'in a script']))
    .action(performing(perform, async () => (await import('../commands/daemon-status.ts')).daemonStatus));
  daemon
    .command('reload')
    .description('read the config again; only changed services are affected')
    .addHelpText('after', examples(['localport daemon reload', 'exits with 1 when the config is broken']))
    .action(performing(perform, async () => (await import('../commands/daemon-reload.ts')).daemonReload));
  daemon
    .command('install')
    .description('have launchd (macOS) or systemd (Linux) start the daemon at login')
    .option('--no-start', 'write the file only, and do not start the daemon now')
    .addHelpText(
      'after',
      examples(
        ['localport daemon install', 'a launchd agent, or a unit of systemd --user'],
        ['localport daemon install --config ~/work.yaml', 'with this config'],
      ),
    )
    .action(performing(perform, async () => (await import('../commands/daemon-install.ts')).daemonInstall));
  daemon
    .command('uninstall')
    .description('undo install, and stop the daemon')
    .addHelpText('after', examples(['localport daemon uninstall', 'config, state and logs stay']))
    .action(performing(perform, async () => (await import('../commands/daemon-install.ts')).daemonUninstall));
}
