/** The service manager that starts the daemon at login, as the commands see it. */
import type { Clock } from '../core/clock.ts';
import type { DaemonCommand } from './service-files.ts';
import type { ToolRun } from './tool-run.ts';

export type Argv = readonly [string, ...string[]];

/** What is needed to use a service manager. */
export interface ServiceTools {
  readonly run: (argv: Argv) => Promise<ToolRun>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Each resolves to null if all went well, otherwise to the first failure. */
type Step = (tools: ServiceTools) => Promise<ToolRun | null>;

export interface ServiceManager {
  readonly name: 'launchd' | 'systemd';
  /** The path of the file that makes it start the daemon. */
  readonly file: string;
  readonly textOf: (command: DaemonCommand) => string;
  /** The program and arguments in such a text; none if it is not ours. */
  readonly programIn: (text: string) => readonly string[];
  /** A symbolic link to the file that enables it at login; null: its location is enough. */
  readonly link: string | null;
  /** Loads the file and starts the daemon. */
  readonly load: Step;
  /** Stops the daemon and unloads it, while the file still exists. Resolves once it is gone. It may not be loaded. */
  readonly unload: Step;
  /** After the file was removed. */
  readonly afterRemoval: Step;
  /** Starts a loaded daemon that has exited. */
  readonly start: Step;
  /** The process ID of its daemon; null: none. */
  readonly runningPid: (tools: ServiceTools) => Promise<number | null>;
  /** The fix for a user whose daemon it does not start. */
  readonly advice: string;
}

/** Runs one after the other; null if all went well, otherwise the first failure. */
export async function runAll({ run }: ServiceTools, commands: readonly Argv[]): Promise<ToolRun | null> {
  for (const argv of commands) {
    const result = await run(argv);
    if (result.exitCode !== 0) return result;
  }
  return null;
}
