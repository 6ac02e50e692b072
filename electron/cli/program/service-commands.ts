/** The commands for services: on, off, and how they are. */
import type { Command } from 'commander';
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
    .description('turn services on; starts the daemon when LocalPort is not running')
    .option('-w, --wait', 'wait until a check has passed through each of them')
    .option('--timeout <duration>', 'with --wait: how long (default: 30s)')
    .option('--port <port>', 'use this local port for this run, or "auto" for a free one; one service only')
    .addHelpText(
      'after',
      examples(
        ['localport start db', 'turn db on'],
        ['localport start --tag backend --wait', 'and wait until all of them answer'],
        ['localport start db --port auto', 'its own port is in use: take a free one for now'],
        ['localport start --tag db --tag cache', 'services with either tag'],
        ['localport start --all --wait --timeout 2m && npm run migrate', 'in a script'],
      ),
    )
    .action(performing(perform, async () => (await import('../commands/start.ts')).start));

  target(program.command('stop'))
    .description('turn services off, and wait until their ports are free')
    .option('--timeout <duration>', 'how long to wait', '20s')
    .addHelpText(
      'after',
      examples(
        ['localport stop db cache', 'the others are not touched'],
        ['localport stop --all', 'LocalPort itself runs on: localport daemon stop ends it'],
      ),
    )
    .action(performing(perform, async () => (await import('../commands/stop.ts')).stop));

  target(program.command('restart'))
    .description('give services a new tunnel; clients that connect meanwhile wait')
    .addHelpText(
      'after',
      examples(
        ['localport restart db', 'the old tunnel drains, the new one takes over'],
        ['localport restart --all', 'those whose host is away wait for it, unless they are named'],
      ),
    )
    .action(performing(perform, async () => (await import('../commands/restart.ts')).restart));

  target(program.command('toggle'))
    .description('turn services that are on off, and the others on')
    .addHelpText('after', examples(['localport toggle db', 'for a key binding']))
    .action(performing(perform, async () => (await import('../commands/toggle.ts')).toggle));

  program
    .command('status')
    .description('how services are; without a running LocalPort, how they were last known')
    .addArgument(nameArgument('services to show; all by default'))
    .option('-a, --all', 'every service, as without names and --tag')
    .option('-t, --tag <tag>', 'services with this tag; given several times, with any of them', listed)
    .option('-w, --watch', 'go on and show every change')
    .option('--interval <duration>', 'with --watch: at the most one picture in this time')
    .addHelpText(
      'after',
      examples(
        ['localport status', 'a table; causes stand below their service'],
        ['localport status --watch', 'until Ctrl-C'],
        [
          'localport status -o json | jq \'.services[] | select(.phase != "up")\'',
          'for scripts, see the README',
        ],
      ),
    )
    .action(performing(perform, async () => (await import('../commands/status.ts')).status));

  program
    .command('logs')
    .description('what services and LocalPort itself have logged, by time')
    .addArgument(nameArgument("services whose log is meant; by default all, and LocalPort's own"))
    .option('-f, --follow', 'go on with new lines')
    .option('-n, --lines <count>', 'the last so many lines (default: 100, or all with --since)')
    .option('--since <time>', 'not older than this: 10m, 2h, or "2026-11-22 10:30"')
    .option('--until <time>', 'not younger than this')
    .option('--grep <text>', 'only lines with this text, in upper or lower case')
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
