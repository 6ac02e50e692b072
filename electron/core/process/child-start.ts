/**
 * execa, set up for a supervisor, so that a failed start is a value in every case.
 *
 * 1. execa never kills a child by itself (`cleanup: false`): on a signal it would do so before the shutdown has begun.
 * 2. A child gets the given environment, and nothing of ours.
 * 3. When no descriptors are left, Node creates a child without pipes and emits `error` a moment later. execa 9.6 throws
 *    on the missing pipes, and without a listener for that event the whole process would crash.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type Options, type Result, execa } from 'execa';
import { err, ok } from '../../../shared/result.ts';
import { keepDescriptorsFrom, type SpawningChild } from './inherited-descriptors.ts';
import { workingDirectory } from './working-directory.ts';

export interface StartError {
  /** ENOENT, EACCES… */
  readonly code: string;
  readonly message: string;
}

export type Argv = readonly [string, ...string[]];

interface NewChild extends SpawningChild {
  on(event: 'error', listener: () => void): unknown;
}

const terms = { reject: false, cleanup: false, extendEnv: false } as const;

// The type of what execa returns depends on each option: only the compiler can write it down.
/**
 * Starts a program. Never throws, and the promise in the result never rejects. A program that could not be started is
 * an error here, or a child without `pid`, whose result `startErrorOf` explains.
 */
export function startChild<const O extends Options>([file, ...args]: Argv, options: O) {
  const created: NewChild[] = [];
  const onCreated = (message: unknown): void => {
    const { process: child } = message as { readonly process: NewChild };
    created.push(child);
    keepDescriptorsFrom(child);
  };
  // https://nodejs.org/docs/latest-v20.x/api/diagnostics_channel.html, "Process"
  subscribe('child_process', onCreated);
  try {
    return ok(execa(file, args, { cwd: workingDirectory(), ...terms, ...options }));
  } catch (error) {
    const isWithoutPipes = created.length > 0;
    for (const child of created) child.on('error', () => undefined);
    return err(isWithoutPipes ? noDescriptors(file) : startErrorOf({ cause: error }));
  } finally {
    unsubscribe('child_process', onCreated);
  }
}

const noDescriptors = (file: string): StartError => ({ code: 'EMFILE', message: `spawn ${file} EMFILE` });

/** Why the start failed, from the result of a child without a pid. */
export function startErrorOf({ cause }: Pick<Result<{ reject: false }>, 'cause'>): StartError {
  const { code = 'EINVAL', message = String(cause) } = (cause ?? {}) as { code?: string; message?: string };
  return { code, message };
}
