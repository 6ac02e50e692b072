/** The commands that add, change, and remove services. */
import { Argument, Option, type Command } from 'commander';
import { closestWord } from '../../core/config/spelling.ts';
import { usageFailure } from '../command-failure.ts';
import { addDraftOptions, listed, type DraftKind } from '../draft-options.ts';
import { addressInUrl } from '../draft-target.ts';
import type { Perform } from '../perform.ts';
import { examples } from './examples.ts';
import { performing } from './performing.ts';

export function addEditCommands(program: Command, perform: Perform): void {
  const add = program
    .command('add')
    .description('add a service to the config')
    .addHelpText(
      'after',
      examples(
        ['localport add kube svc/postgres --port 5432', 'from a cluster'],
        ['localport add ssh bastion db:5432', 'behind an ssh server'],
        ['localport undo', 'take it back'],
      ),
    );
  add.on('command:*', (words: readonly string[]) => {
    throw unknownKind(words);
  });
  const kind = (name: string, technology: DraftKind): Command =>
    withTrial(addDraftOptions(add.command(name), technology));
  kind('kube', 'kubectl')
    .description('add a service, workload or pod of a Kubernetes cluster')
    .addArgument(new Argument('[target]', 'TYPE/NAME, optionally with :PORT'))
    .addArgument(new Argument('[port]', 'PORT or LOCAL:PORT, as kubectl takes it'))
    .addHelpText(
      'after',
      examples(
        [
          'localport add kube svc/postgres --context prod --namespace db --port 5432 --name pg',
          'a service of a namespace',
        ],
        ['localport add kube deploy/web:8080', 'a workload of the current context'],
        ['localport add kubectl port-forward svc/postgres 5432 -n db', 'a pasted command'],
        ['localport add kube --selector app=web --port http', 'pods by their labels, a port by its name'],
      ),
    )
    .action(performing(perform, async () => (await import('../commands/add.ts')).addKube));
  withTrial(addDraftOptions(add.command('kubectl', { hidden: true }), 'kubectl'))
    .description('add a pasted kubectl port-forward')
    .addArgument(new Argument('<verb>', 'port-forward'))
    .addArgument(new Argument('[target]', 'TYPE/NAME'))
    .addArgument(new Argument('[port]', 'PORT or LOCAL:PORT'))
    .action(performing(perform, async () => (await import('../commands/add.ts')).addPortForward));
  kind('ssh', 'ssh')
    .description('add a port, a Unix socket or a SOCKS proxy behind an ssh server')
    .addArgument(new Argument('[host]', 'a host of ssh_config, or [USER@]HOST'))
    .addArgument(
      new Argument('[target]', 'as the server reaches it: PORT, HOST:PORT or the path of a socket'),
    )
    .option('-L <forward>', 'the target as ssh takes it: LOCAL:HOST:PORT')
    .addOption(new Option('-N', 'of a pasted ssh command; always so').hideHelp())
    .addHelpText(
      'after',
      examples(
        ['localport add ssh bastion db:5432', 'a database behind it'],
        ['localport add ssh me@example.com 8080 --local-port 9080', 'a port of the server itself'],
        ['localport add ssh bastion --dynamic', 'a SOCKS proxy'],
        ['localport add ssh bastion 8080 --reverse --local-port 3000', 'lead its port 8080 to 3000 here'],
      ),
    )
    .action(performing(perform, async () => (await import('../commands/add.ts')).addSsh));
  kind('tcp', 'tcp')
    .description('add a host and port that this computer reaches')
    .addArgument(new Argument('[target]', 'HOST:PORT'))
    .addArgument(new Argument('[port]', 'the port, if the target has none'))
    .addHelpText('after', examples(['localport add tcp db.example.com:5432 --test', 'if it answers']))
    .action(performing(perform, async () => (await import('../commands/add.ts')).addTcp));
  kind('command', 'command')
    .description('add a command that listens on {local_port} or {socket}')
    .addArgument(new Argument('[argv...]', 'the program and its arguments, behind --'))
    .addHelpText(
      'after',
      examples([
        'localport add command --name sql --port 3306 -- cloud-sql-proxy --port {local_port} my-project:region:db',
        'LocalPort keeps it running',
      ]),
    )
    .action(performing(perform, async () => (await import('../commands/add.ts')).addCommand));

  withTrial(addDraftOptions(program.command('edit'), null))
    .description('change fields of a service; without options, open the config in your editor at its line')
    .addArgument(new Argument('<service>', 'the service, by name'))
    .option('--set <field=value>', 'set any field: health_check.interval=5s; lists as JSON', listed)
    .option('--unset <field>', 'remove a field, so that its default counts', listed)
    .addHelpText(
      'after',
      examples(
        ['localport edit db', 'in VISUAL or EDITOR; checks the config afterwards'],
        ['localport edit db --local-port 5433 --name pg', 'nothing else in the file changes'],
        ['localport edit db --set enabled=false --unset tags', 'any field of the config'],
      ),
    )
    .action(performing(perform, async () => (await import('../commands/edit.ts')).edit));

  program
    .command('remove')
    .description('remove a service from the config')
    .addArgument(new Argument('<service>', 'the service, by name'))
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', examples(['localport remove db', 'localport undo brings it back']))
    .action(performing(perform, async () => (await import('../commands/remove.ts')).remove));

  program
    .command('undo')
    .description('take back the last add, edit or remove')
    .addHelpText(
      'after',
      examples(['localport undo', 'the config gets back its bytes; once more: the edit before']),
    )
    .action(performing(perform, async () => (await import('../commands/undo.ts')).undo));
}

const kindsToAdd = ['kube', 'ssh', 'tcp', 'command'];

/** Also for a pasted `psql postgres://…`. */
function unknownKind(words: readonly string[]): Error {
  const [word = ''] = words;
  const address = words.map(addressInUrl).find((found) => found !== null);
  const close = closestWord(word, kindsToAdd);
  return usageFailure(
    `there is no "localport add ${address === undefined ? word : 'URL'}": add kube, ssh, tcp, or command`,
    address !== undefined
      ? `If this computer reaches it: localport add tcp ${address}\nBehind an ssh server: localport add ssh HOST ${address}`
      : close === null
        ? 'See localport add --help for examples.'
        : `Did you mean localport add ${close}?`,
  );
}

const withTrial = (command: Command): Command =>
  command
    .option('--test', 'try it first, and write nothing if that fails')
    .option('--dry-run', 'print the service as it would be written, and write nothing');
