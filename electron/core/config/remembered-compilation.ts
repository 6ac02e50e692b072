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
 * The result of a compilation depends only on its input, so the last successful one is reused for the same input: every
 * "Try Again" and each renewed credential loads the config, which has rarely changed.
 */
export function rememberLast(compile: ConfigCompiler): ConfigCompiler {
  let last: Compilation | null = null;
  return async (text, context, signal) => {
    if (last !== null && last.text === text && isDeepStrictEqual(last.context, context)) return last.result;
    const result = await compile(text, context, signal);
    // A refused one may have run out of time, so it is compiled again.
    last = result.ok ? { text, context, result } : null;
    return result;
  };
}
