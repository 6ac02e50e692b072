/**
 * An app on the real Electron, started as a user's desktop starts it: without a debugger, whose ports and pipes would
 * be included in the measurement.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import path from 'node:path';
import type { Scope } from '../../electron/core/scope.ts';
import type { World } from '../fixtures/electron-app.ts';
import { launchCommand, type Exit } from '../fixtures/electron-process.ts';
import { eventually } from '../fixtures/eventually.ts';

export interface LaunchedApp {
  readonly pid: number;
  readonly world: World;
  /** On the clock of `performance.now`. */
  readonly startedAt: number;
  readonly exited: Promise<Exit>;
  /** The moment at which it first printed such a line. */
  printed(pattern: RegExp): Promise<number>;
  kill(signal: NodeJS.Signals): void;
  /** Asks it to quit, and kills it if it does not. */
  stop(): Promise<void>;
}

export const localPortApp = path.resolve(import.meta.dirname, '../..');
export const bareTrayApp = path.join(import.meta.dirname, 'bare-tray.cjs');

const printDeadlineMs = 30_000;
const stopDeadlineMs = 10_000;
const maxLines = 10_000;

/** `what` is a folder or a script. The app belongs to the scope; if it has already exited, nothing is left to do. */
export function launch(scope: Scope, world: World, what: string): LaunchedApp {
  const { executable, args } = launchCommand([what]);
  const startedAt = performance.now();
  const child = spawn(executable, args, {
    cwd: world.home,
    env: world.env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${executable} could not be started`);
  const lines: { readonly at: number; readonly text: string }[] = [];
  createInterface({ input: child.stdout }).on('line', (text) => {
    if (lines.length < maxLines) lines.push({ at: performance.now(), text });
  });
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  const printed = async (pattern: RegExp): Promise<number> => {
    const find = (): number | undefined => lines.find(({ text }) => pattern.test(text))?.at;
    const said = (): boolean => {
      if (!isRunning()) throw new Error(`it has ended: ${lines.map(({ text }) => text).join('\n')}`);
      return find() !== undefined;
    };
    await eventually(`${what} prints ${pattern.source}`, said, printDeadlineMs);
    return find() ?? NaN;
  };
  const stop = async (): Promise<void> => {
    if (isRunning()) child.kill('SIGTERM');
    await eventually('it ends', () => !isRunning(), stopDeadlineMs).catch(() => child.kill('SIGKILL'));
    await exited;
  };
  scope.own(what, stop);
  return { pid, world, startedAt, exited, printed, kill: (signal) => process.kill(pid, signal), stop };
}
