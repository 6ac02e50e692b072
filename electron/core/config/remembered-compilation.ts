import { isDeepStrictEqual } from 'node:util';
import type { CompileContext, CompiledConfig, ConfigCompiler } from './config-compiler.ts';
import type { ConfigProblem } from '../../../shared/service-snapshot.ts';
import type { Result } from '../../../shared/result.ts';

interface Compilation {
  readonly text: string;
  readonly context: CompileContext;
  readonly result: Result<CompiledConfig, readonly ConfigProblem[]>;
}

/**
 * Nothing but its input decides what a compilation says, so the last good one stands for all with the same input: every
 * "try again" and each renewed credential loads the config, which has seldom changed.
 */
export function rememberLast(compile: ConfigCompiler): ConfigCompiler {
  let last: Compilation | null = null;
  return async (text, context, signal) => {
    if (last !== null && last.text === text && isDeepStrictEqual(last.context, context)) return last.result;
    const result = await compile(text, context, signal);
    // One that was refused may have been short of time: it is tried again.
    last = result.ok ? { text, context, result } : null;
    return result;
  };
}
