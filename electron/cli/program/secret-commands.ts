/** The commands for passwords that are in the keychain instead of the config. */
import { Argument, type Command } from 'commander';
import type { Perform } from '../perform.ts';
import { examples } from './examples.ts';
import { performing } from './performing.ts';

export function addSecretCommands(program: Command, perform: Perform): void {
  const secret = program
    .command('secret')
    .description('manage passwords in the keychain, which the config refers to by name')
    .addHelpText(
      'after',
      examples(['localport secret set db', 'then "password: keychain:db" in the config']),
    );
  const name = (): Argument => new Argument('<name>', 'the name that the config uses');
  secret
    .command('set')
    .description('store a password: typed without being shown, or from standard input')
    .addArgument(name())
    .addHelpText(
      'after',
      examples(
        ['localport secret set bastion', 'asks for the password; replaces a stored one'],
        ['pass show bastion | localport secret set bastion', 'from another program'],
      ),
    )
    .action(performing(perform, async () => (await import('../commands/secret-set.ts')).secretSet));
  secret
    .command('remove')
    .description('remove a stored password, or an answer that was remembered for ssh')
    .addArgument(new Argument('<name>', 'the name that the config uses, or that secret list shows'))
    .addHelpText(
      'after',
      examples(
        ['localport secret remove bastion', 'services that use it stop and say why'],
        ['localport secret remove "password of me@bastion"', 'LocalPort asks for it again'],
      ),
    )
    .action(performing(perform, async () => (await import('../commands/secret-remove.ts')).secretRemove));
  secret
    .command('list')
    .description(
      'list the secrets that the config names, whether each is stored, and what is remembered for ssh',
    )
    .addHelpText('after', examples(['localport secret list', 'exits with 1 if one is missing']))
    .action(performing(perform, async () => (await import('../commands/secret-list.ts')).secretList));
}
