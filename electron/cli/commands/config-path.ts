import type { Action } from '../command-context.ts';
import { chooseConfigFile } from '../config-choice.ts';
import { exitCode } from '../exit-code.ts';
import { jsonLines } from '../output/json-lines.ts';

export const configPath: Action = async (context) => {
  const found = chooseConfigFile(context);
  const path = found?.path ?? context.paths.defaultConfigPath;
  if (context.format === 'json') {
    const foundBy = found?.foundBy === 'folder' ? 'search' : (found?.foundBy ?? null);
    context.print(...jsonLines({ path, found_by: foundBy }));
  } else {
    context.print(path);
    if (found === null) context.tell('It does not exist yet: localport config init writes one.');
  }
  return exitCode.ok;
};
