import type { Action } from '../command-context.ts';
import { exitCode } from '../exit-code.ts';
import { removeSecret, requireSecretName } from '../secret-keeper.ts';

export const secretRemove: Action = async (context, _options, [name = '']) => {
  requireSecretName(name);
  await removeSecret(context, name);
  context.say(`${name} is removed`);
  return exitCode.ok;
};
