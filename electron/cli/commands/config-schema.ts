import type { Action } from '../command-context.ts';
import { configJsonSchema } from '../config-json-schema.ts';
import { exitCode } from '../exit-code.ts';

export const configSchema: Action = async (context) => {
  context.print(JSON.stringify(configJsonSchema(), null, 2));
  return exitCode.ok;
};
