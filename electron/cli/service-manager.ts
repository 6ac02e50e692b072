/** What starts the daemon at login, as the commands see it. */
import type { Clock } from '../core/clock.ts';
import type { DaemonCommand } from './service-files.ts';
import type { ToolRun } from './tool-run.ts';

export type Argv = readonly [string, ...string[]];

/** What talking to a service manager takes. */
export interface ServiceTools {
  readonly run: (argv: Argv) => Promise<ToolRun>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Each resolves to null when all went well, else to the first thing that did not. */
type Step = (tools: ServiceTools) => Promise<ToolRun | null>;

export interface ServiceManager {
  readonly name: 'launchd' | 'systemd';
  /** Of the file that makes it start the daemon. */
  readonly file: string;
  readonly textOf: (command: DaemonCommand) => string;
  /** The program and arguments in such a text; none where it is not ours. */
  readonly programIn: (text: string) => readonly string[];
  /** A symbolic link to the file, by which it counts at login; null: its place is enough. */
  readonly link: string | null;
  /** Takes over the file and starts the daemon. */
  readonly load: Step;
  /** Stops the daemon and forgets it, with the file still there. Resolves once it is gone. It may not be loaded. */
  readonly unload: Step;
  /** After the file has gone. */
  readonly afterRemoval: Step;
  /** Starts the daemon that was loaded and has ended. */
  readonly start: Step;
  /** The process that it runs as the daemon; null: none. */
  readonly runningPid: (tools: ServiceTools) => Promise<number | null>;
  /** What helps a user whose daemon it does not start. */
  readonly advice: string;
}

/** Runs one after the other; null when all went well, else the first that did not. */
export async function runAll({ run }: ServiceTools, commands: readonly Argv[]): Promise<ToolRun | null> {
  for (const argv of commands) {
    const result = await run(argv);
    if (result.exitCode !== 0) return result;
  }
  return null;
}
