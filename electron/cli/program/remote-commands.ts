/** The commands for ssh and Kubernetes: imports, tests, clusters. */
import type { Command } from 'commander';
import type { Perform } from '../perform.ts';
import { examples } from './examples.ts';
import { nameArgument } from './name-argument.ts';
import { performing } from './performing.ts';

export function addRemoteCommands(program: Command, perform: Perform): void {
  addImportCommands(program, perform);
  addSshCommands(program, perform);
  addClusterCommands(program, perform);
}

function addImportCommands(program: Command, perform: Perform): void {
  const imports = program
    .command('import')
    .description('propose services from your kube contexts or your ssh_config')
    .addHelpText('after', examples(['localport import ssh', 'from ~/.ssh/config']));
  imports
    .command('kube')
    .description('propose the services of your kube contexts, as YAML')
    .option('--context <name...>', 'only these contexts')
    .option('--namespace <name...>', 'only these namespaces; by default all but those of the system')
    .option('--write', 'add them to the config file, which is created if there is none')
    .addHelpText(
      'after',
      examples(
        ['localport import kube --context staging', 'print them, to choose from'],
        ['localport import kube --namespace shop --write', 'add them to the config'],
      ),
    )
    .action(performing(perform, async () => (await import('../commands/import-kube.ts')).importKube));
  imports
    .command('ssh')
    .description('propose the forwards of the hosts in your ssh_config, as YAML')
    .option('--file <file>', 'another ssh_config than ~/.ssh/config')
    .option('--write', 'add them to the config file, which is created if there is none')
    .addHelpText(
      'after',
      examples(
        ['localport import ssh', 'print them; what is left out is listed on top, with the reason'],
        ['localport import ssh --write', 'add them to the config'],
      ),
    )
    .action(performing(perform, async () => (await import('../commands/import-ssh.ts')).importSsh));
}

function addSshCommands(program: Command, perform: Perform): void {
  const ssh = program
    .command('ssh')
    .description('log in to, test and check ssh services')
    .addHelpText('after', examples(['localport ssh test', 'do they log in, and is the target there?']));
  ssh
    .command('test')
    .description('log in and connect to the target, without touching running services')
    .addArgument(nameArgument('ssh services; all by default'))
    .addHelpText('after', examples(['localport ssh test', 'all of them'], ['localport ssh test db', 'one']))
    .action(performing(perform, async () => (await import('../commands/ssh-test.ts')).sshTest));
  ssh
    .command('login')
    .description('connect the services of a host, and answer what it asks: passwords, passphrases, codes')
    .argument('<host...>', 'ssh hosts of the config, or ssh services')
    .option('--remember', 'keep passwords and passphrases that work in the keychain; by default it asks')
    .option('--no-remember', 'keep none, and do not ask')
    .addHelpText(
      'after',
      examples(
        ['localport ssh login bastion', 'asks at the terminal'],
        ['localport secret list', 'what is remembered; secret remove forgets it'],
      ),
    )
    .action(performing(perform, async () => (await import('../commands/ssh-login.ts')).sshLogin));
  ssh
    .command('validate')
    .description('check keys and ssh_config, without connecting')
    .addArgument(nameArgument('ssh services; all by default'))
    .addHelpText('after', examples(['localport ssh validate', 'shows what ssh_config makes of each host']))
    .action(performing(perform, async () => (await import('../commands/ssh-validate.ts')).sshValidate));
}

function addClusterCommands(program: Command, perform: Perform): void {
  const cluster = program
    .command('cluster')
    .description('show the clusters that services use')
    .addHelpText(
      'after',
      examples(['localport cluster status', 'do they answer, and are their nodes ready?']),
    );
  const contexts = (command: Command): Command =>
    command.option('--context <name...>', 'these contexts; by default those that services use');
  const namespaces = (command: Command): Command =>
    contexts(command)
      .option('--namespace <name>', 'this namespace; by default those that services use')
      .option('-A, --all-namespaces', 'every namespace');
  contexts(cluster.command('status'))
    .description('show whether clusters answer and their nodes are ready')
    .addHelpText('after', examples(['localport cluster status', 'exits with 1 if one is unhealthy']))
    .action(performing(perform, async () => (await import('../commands/cluster-status.ts')).clusterStatus));
  namespaces(cluster.command('events'))
    .description('show warnings of clusters, newest last')
    .option('-a, --all', 'show normal events, too')
    .option('-n, --lines <count>', 'show the last N events', '50')
    .addHelpText('after', examples(['localport cluster events --context prod', 'why is a pod not ready?']))
    .action(performing(perform, async () => (await import('../commands/cluster-events.ts')).clusterEvents));
  namespaces(cluster.command('pods'))
    .description('show pods with their state and restarts')
    .addHelpText('after', examples(['localport cluster pods -A -o json', 'all of them, for a script']))
    .action(performing(perform, async () => (await import('../commands/cluster-pods.ts')).clusterPods));
}
