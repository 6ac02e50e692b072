import { compileConfig, type ConfigCompiler } from './config-compiler.ts';
import type { Loading } from './config-loader.ts';

/** For a process that has nothing else to do meanwhile: a large file holds its event loop for half a second. */
export const compileInProcess: ConfigCompiler = (text, context) =>
  Promise.resolve(compileConfig(text, context));

export const inProcess: Loading = { compile: compileInProcess, signal: new AbortController().signal };
