import type { ControlError } from '../../shared/control-contract.ts';
import type { Result } from '../../shared/result.ts';
import type { Clock } from '../core/clock.ts';
import type { AppPaths } from '../core/config/app-paths.ts';
import type { Environment } from '../core/config/environment-substitution.ts';
import type { ControlClient } from '../core/control/control-client.ts';
import type { Runtime } from '../core/install/app-runtime.ts';
import type { LogLevel } from '../core/observability/log-writer.ts';
import type { Output } from '../core/observability/visible-output.ts';
import type { ExitCode } from './exit-code.ts';
import type { Palette } from './output/palette.ts';

/** A stream that the command reads: a file, a pipe, or a terminal, which can be kept from showing what is typed. */
export interface Input extends AsyncIterable<Buffer | string> {
  readonly isTTY?: boolean | undefined;
  setRawMode?(isRaw: boolean): unknown;
  on(event: 'data', listener: (chunk: Buffer | string) => void): unknown;
  off(event: 'data', listener: (chunk: Buffer | string) => void): unknown;
  resume(): unknown;
  pause(): unknown;
  destroy?(): unknown;
}

export type OutputFormat = 'table' | 'json' | 'text';

/** Options that every command has, before or after its name. */
export interface GlobalOptions {
  readonly config?: string;
  readonly verbose?: true;
  readonly debug?: true;
  readonly quiet?: true;
  readonly logLevel?: LogLevel;
  readonly color: boolean;
  readonly output?: OutputFormat;
}

/** Where a command runs: everything that it may touch but for files, children and the control socket. */
export interface CommandSurroundings {
  /** Called by commands that read it only: opening a terminal takes its time. */
  readonly openStdin: () => Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Environment;
  readonly platform: NodeJS.Platform;
  readonly workingDirectory: string;
  readonly homeDirectory: string;
  readonly uid: number;
  readonly clock: Clock;
  readonly paths: AppPaths;
  /** Holds the bundles: this command's and the daemon's. */
  readonly programFolder: string;
  /** What runs those bundles. */
  readonly runtime: Runtime;
  /** Asks the user at the terminal, and waits for the answer; absent without a terminal. */
  readonly confirm?: (question: string) => Promise<boolean>;
  /** The same for a line of text. */
  readonly prompt?: (question: string) => Promise<string>;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
  /** Calls the host that runs. */
  readonly connect: () => Promise<Result<ControlClient, ControlError>>;
}

export interface CommandContext extends CommandSurroundings {
  readonly options: GlobalOptions;
  readonly format: OutputFormat;
  /** For standard output. */
  readonly palette: Palette;
  /** For standard error, which may be a file where standard output is a terminal. */
  readonly complaintPalette: Palette;
  /** Prints lines to standard output: the answer. A line feed within a line is written out. */
  readonly print: (...lines: readonly string[]) => void;
  /** The same for reports of what a command did; not with `--quiet`. */
  readonly say: (...lines: readonly string[]) => void;
  /** Prints lines that are not the answer itself to standard error, where no pipe sees them; not with `--quiet`. */
  readonly tell: (...lines: readonly string[]) => void;
  /** The same for what failed, also with `--quiet`. */
  readonly complain: (...lines: readonly string[]) => void;
}

/** What one command does. What the user has to fix is thrown as a CommandFailure. `words`: what stands after its name. */
export type Action<Options = object> = (
  context: CommandContext,
  options: Options,
  words: readonly string[],
) => Promise<ExitCode>;
