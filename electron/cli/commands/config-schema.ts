import type { Action } from '../command-context.ts';
import { configJsonSchema } from '../config-json-schema.ts';
import { exitCode } from '../exit-code.ts';
import { jsonLines } from '../output/json-lines.ts';

export const configSchema: Action = async (context) => {
  context.print(...jsonLines(configJsonSchema()));
  return exitCode.ok;
};
