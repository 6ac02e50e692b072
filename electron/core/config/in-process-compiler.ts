/** Compiles in the caller's thread: for a process that has nothing else to do, and for tests. */
import { runInNewContext } from 'node:vm';
import { err, type Result } from '../../../shared/result.ts';
import type { ConfigProblem } from '../../../shared/service-snapshot.ts';
import { compileConfig, type CompiledConfig, type ConfigCompiler } from './config-compiler.ts';
import type { Loading } from './config-loader.ts';
import { describeLate, fileError } from './config-problem.ts';

const deadlineMs = 2_000;

type Compiled = Result<CompiledConfig, readonly ConfigProblem[]>;

export const compileInProcess: ConfigCompiler = (text, context) =>
  Promise.resolve(withinDeadline(() => compileConfig(text, context), deadlineMs));

/**
 * `compile` runs in this context, like any function that is passed; only the call comes from another context, whose timeout
 * also interrupts the called function. That takes a millisecond, a worker thirty.
 */
export function withinDeadline(compile: () => Compiled, timeoutMs: number): Compiled {
  try {
    return runInNewContext('compile()', { compile }, { timeout: timeoutMs }) as Compiled;
  } catch (error) {
    if (isTimeout(error)) return err([fileError(describeLate(timeoutMs))]);
    throw error;
  }
}

const isTimeout = (error: unknown): boolean =>
  typeof error === 'object' &&
  error !== null &&
  'code' in error &&
  error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';

export const inProcess: Loading = { compile: compileInProcess, signal: new AbortController().signal };
