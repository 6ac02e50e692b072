import type { Action } from '../command-context.ts';
import { exitCode } from '../exit-code.ts';
import { readSecretInput } from '../secret-input.ts';
import { requireSecretName, storeSecret } from '../secret-keeper.ts';

export const secretSet: Action = async (context, _options, [name = '']) => {
  requireSecretName(name);
  await storeSecret(context, name, await readSecretInput(context, `Password for ${name} (not shown): `));
  context.say(`${name} is stored. In the config: password: keychain:${name}`);
  return exitCode.ok;
};
