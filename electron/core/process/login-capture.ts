import { randomUUID } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import type { Readable } from 'node:stream';
import { type Result, err, ok } from '../../../shared/result.ts';
import { type Clock, withDeadline } from '../clock.ts';
import { type Environment, cleanEnvironment, parseEnvironment } from './environment-block.ts';
import { startChild, startErrorOf } from './child-start.ts';
import type { GroupRegistry } from './group-registry.ts';
import {
  loginShellArguments,
  printEnvironmentCommand,
  resolvingVariable,
  shellToAsk,
} from './login-shell.ts';
import { MarkedSection } from './marked-section.ts';
import { endGroup, outlastGroup, signalGroup } from './process-group.ts';

export interface LoginCaptureOptions {
  readonly shell: string;
  /** The environment that the shell starts with. */
  readonly environment: Environment;
  readonly clock: Clock;
  readonly registries: readonly GroupRegistry[];
}

export const captureDeadlineMs = 10_000;
const maxEnvironmentBytes = 1024 * 1024;
/** The time for logout files, once the environment is known. */
const exitGraceMs = 500;
const remnantGraceMs = 200;
/** The time to read the rest of the pipe after the shell has exited. */
const outputDeadlineMs = 200;

/**
 * Runs the login shell once and reads the environment that it gives to its commands. Leaves no process of its group
 * behind, even when aborted. The error says why there is no environment.
 */
export async function captureLoginEnvironment(
  { shell, environment, clock, registries }: LoginCaptureOptions,
  signal: AbortSignal,
): Promise<Result<Environment, string>> {
  const mark = randomUUID();
  const section = new MarkedSection(`BEGIN-${mark}`, `END-${mark}`, maxEnvironmentBytes);
  const asked = shellToAsk(shell);
  const args = loginShellArguments(asked, printEnvironmentCommand(`BEGIN-${mark}`, `END-${mark}`));
  if (signal.aborted) return err('it was canceled');

  const started = startChild([asked, ...args], {
    // A session of its own: without a terminal the shell can neither be stopped by it nor ask questions.
    detached: true,
    buffer: false,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...environment, [resolvingVariable]: '1' },
  });
  if (!started.ok) return err(started.error.message);
  const child = started.value;
  const { pid, stdout } = child;
  if (pid === undefined) return err(startErrorOf(await child).message);
  const exited = endOf(child);

  for (const registry of registries) registry.add(pid);
  const onAbort = (): void => void signalGroup(pid, 'SIGKILL');
  signal.addEventListener('abort', onAbort);
  const block = await withDeadline(
    clock,
    captureDeadlineMs,
    firstOf(readSection(stdout, section), exited, clock),
  );
  if (block instanceof Buffer) await withDeadline(clock, exitGraceMs, exited);
  signal.removeEventListener('abort', onAbort);
  // Processes that survive SIGKILL stay known to the guardian and the journal.
  const isGone = await endGroup(pid, remnantGraceMs, clock);
  stdout.destroy();
  const forget = (): void => {
    for (const registry of registries) registry.remove(pid);
  };
  if (isGone) forget();
  else void outlastGroup(pid, clock).then(forget);

  if (block === 'deadline') return err(`it took longer than ${captureDeadlineMs / 1_000} s`);
  if (typeof block === 'string') return err(block);
  return ok(cleanEnvironment(parseEnvironment(block)));
}

/** How it ended, as a message; processes that it left behind do not delay this by holding its pipe. */
function endOf(child: EventEmitter): Promise<string> {
  return new Promise((resolve) => {
    child.once('exit', (code: number | null, signal: NodeJS.Signals | null) => {
      resolve(`it ended with ${signal ?? `exit code ${String(code)}`} before it printed its environment`);
    });
  });
}

/** null when its output ended without the section. */
function readSection(stdout: Readable, section: MarkedSection): Promise<Buffer | null> {
  return new Promise((resolve) => {
    stdout.on('data', (chunk: Buffer) => {
      const content = section.push(chunk);
      if (content !== null) resolve(content);
    });
    stdout.on('error', () => undefined);
    stdout.once('close', () => {
      resolve(null);
    });
  });
}

async function firstOf(
  found: Promise<Buffer | null>,
  exited: Promise<string>,
  clock: Clock,
): Promise<Buffer | string> {
  const reason = exited.then(async (text) => {
    await withDeadline(clock, outputDeadlineMs, found);
    return text;
  });
  return (await Promise.race([found, reason])) ?? reason;
}
