import type { Action } from '../command-context.ts';
import { exitCode } from '../exit-code.ts';
import { rememberedNames, removeSecret, requireSecretName } from '../secret-keeper.ts';

/** A secret of the config, or a remembered answer: the names of answers contain spaces, those of secrets do not. */
export const secretRemove: Action = async (context, _options, [name = '']) => {
  const remembered = rememberedNames(context);
  const isRemembered = remembered.has(name);
  if (!isRemembered) requireSecretName(name);
  // Whether or not it is gone from the keychain: it is not looked up again.
  if (isRemembered) await remembered.remove(name);
  await removeSecret(context, name);
  context.say(`${name} is removed`);
  return exitCode.ok;
};
