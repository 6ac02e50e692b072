import type { Action } from '../command-context.ts';
import { chooseConfigFile } from '../config-choice.ts';
import { exitCode } from '../exit-code.ts';

export const configPath: Action = async (context) => {
  const found = chooseConfigFile(context);
  const path = found?.path ?? context.paths.defaultConfigPath;
  if (context.format === 'json') {
    context.print(JSON.stringify({ path, found_by: found?.foundBy ?? null }, null, 2));
  } else {
    context.print(path);
    if (found === null) context.tell('It does not exist yet: localport config init writes one.');
  }
  return exitCode.ok;
};
