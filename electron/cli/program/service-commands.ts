/** The commands for services: on, off, and status. */
import { Argument, type Command } from 'commander';
import type { Perform } from '../perform.ts';
import { examples } from './examples.ts';
import { nameArgument } from './name-argument.ts';
import { performing } from './performing.ts';

/** An option that may be given several times. */
const listed = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

const target = (command: Command): Command =>
  command
    .addArgument(nameArgument())
    .option('-a, --all', 'every service')
    .option('-t, --tag <tag>', 'every service with this tag; given several times, with any of them', listed);

export function addServiceCommands(program: Command, perform: Perform): void {
  program.commandsGroup('Services:');
  target(program.command('start'))
    .description('turn services on; starts the daemon if LocalPort is not running')
    .option('-w, --wait', 'wait until each of them is proven, ready, or idle')
    .option('--timeout <duration>', 'with --wait: how long (default: 30s)')
    .option('--port <port>', 'use this local port for this run, or "auto" for a free one; one service only')
    .option('-y, --yes', 'turn guarded services on without asking, also with --all and --tag')
    .addHelpText(
      'after',
      examples(
        ['localport start db', 'turn db on'],
        ['localport start --tag backend --wait', 'and wait until all of them are connected'],
        ['localport start db --port auto', 'its own port is in use: take a free one for now'],
        ['localport start --tag db --tag cache', 'services with either tag'],
        ['localport start --all --wait --timeout 2m && npm run migrate', 'in a script'],
      ),
    )
    .action(performing(perform, async () => (await import('../commands/start.ts')).start));

  target(program.command('stop'))
    .description('turn services off, and wait until their ports are free')
    .option('--for <duration>', 'only for this time: what is on now is turned on again then')
    .option('--until <time>', 'the same until "tomorrow" (midnight), or a time such as 15:40')
    .option('--timeout <duration>', 'how long to wait', '20s')
    .addHelpText(
      'after',
      examples(
        ['localport stop db cache', 'the others are not touched'],
        ['localport stop db --for 2h', 'and turn it on again then'],
        ['localport stop --all', 'LocalPort keeps running: localport daemon stop ends it'],
      ),
    )
    .action(performing(perform, async () => (await import('../commands/stop.ts')).stop));

  target(program.command('up'))
    .description('turn all services on: short for start --all')
    .option('-w, --wait', 'wait until each of them is proven, ready, or idle')
    .option('--timeout <duration>', 'with --wait: how long (default: 30s)')
    .option('-y, --yes', 'turn guarded services on without asking')
    .addHelpText(
      'after',
      examples(
        ['localport up', 'the same as localport start --all'],
        ['localport up db --wait', 'the same as localport start db --wait'],
      ),
    )
    .action(performing(perform, async () => (await import('../commands/up.ts')).up));

  target(program.command('down'))
    .description('turn all services off: short for stop --all')
    .option('--timeout <duration>', 'how long to wait', '20s')
    .addHelpText(
      'after',
      examples(
        ['localport down', 'the same as localport stop --all; LocalPort keeps running'],
        ['localport down db', 'the same as localport stop db'],
      ),
    )
    .action(performing(perform, async () => (await import('../commands/up.ts')).down));

  target(program.command('restart'))
    .description('give services a new tunnel; clients that connect meanwhile wait')
    .addHelpText(
      'after',
      examples(
        ['localport restart db', 'the old tunnel drains, the new one takes over'],
        ['localport restart --all', 'services whose host is unreachable wait for it, unless you name them'],
      ),
    )
    .action(performing(perform, async () => (await import('../commands/restart.ts')).restart));

  target(program.command('toggle'))
    .description('turn services off that are on, and the others on')
    .option('-y, --yes', 'turn guarded services on without asking, also with --all and --tag')
    .addHelpText('after', examples(['localport toggle db', 'for a key binding']))
    .action(performing(perform, async () => (await import('../commands/toggle.ts')).toggle));

  program
    .command('status')
    .aliases(['ls', 'ps'])
    .description('show the state of services; if LocalPort is not running, their last known state')
    .addArgument(nameArgument('services to show; all by default'))
    .option('-a, --all', 'every service, as without names and --tag')
    .option('-t, --tag <tag>', 'services with this tag; given several times, with any of them', listed)
    .option('-w, --watch', 'keep running and show every change')
    .option('--interval <duration>', 'with --watch: at most one update in this time')
    .addHelpText(
      'after',
      examples(
        ['localport status', 'a table, with causes below their services; also: ls, ps'],
        ['localport status --watch', 'until Ctrl-C'],
        [
          'localport status -o json | jq \'.services[] | select(.phase != "up")\'',
          'for scripts: localport docs json',
        ],
      ),
    )
    .action(performing(perform, async () => (await import('../commands/status.ts')).status));

  program
    .command('open')
    .description(
      'open a service in the browser or database app; prints its address where that is not possible',
    )
    .addArgument(new Argument('<service>', 'the service, by name'))
    .option('--print', 'print the address, and open nothing')
    .addHelpText(
      'after',
      examples(
        ['localport open web', 'http://localhost:3000 in your browser'],
        ['localport open db --print', 'postgresql://localhost:5432/'],
      ),
    )
    .action(performing(perform, async () => (await import('../commands/open.ts')).open));

  program
    .command('logs')
    .description('show the logs of services and of LocalPort itself, in order of time')
    .addArgument(nameArgument("services whose logs to show; by default all, and LocalPort's own"))
    .option('-f, --follow', 'continue with new lines')
    .option('-n, --lines <count>', 'show the last N lines (default: 100, or all with --since)')
    .option('--since <time>', 'only lines since this time: 10m, 2h, or "2026-11-22 10:30"')
    .option('--until <time>', 'only lines until this time')
    .option('--grep <text>', 'only lines with this text; case-insensitive')
    .option('--service <name...>', 'the same as naming them')
    .option('--list', 'list the log files')
    .option('--path', 'print where the log files of these services are')
    .option('--location', 'print the folder of the logs')
    .addHelpText(
      'after',
      examples(
        ['localport logs db -f', 'follow one'],
        ['localport logs --since 10m --grep refused', 'search all of them'],
        ['localport logs db -o json | jq -r .message', 'for scripts'],
        ['less +F "$(localport logs db --path)"', 'with your own pager'],
      ),
    )
    .action(performing(perform, async () => (await import('../commands/logs.ts')).logs));
}
