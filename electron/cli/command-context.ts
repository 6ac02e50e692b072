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

/** A stream that the command reads: a file, a pipe, or a terminal, whose echo can be turned off. */
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

/** The environment of a command: everything that it may use except files, children, and the control socket. */
export interface CommandSurroundings {
  /** Called only by commands that read it: opening a terminal takes time. */
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
  /** The folder with the bundles: this command's and the daemon's. */
  readonly programFolder: string;
  /** Where the command may be installed, besides PATH. */
  readonly commandFolders: readonly string[];
  /** The program that runs those bundles. */
  readonly runtime: Runtime;
  /** Asks the user at the terminal and waits for the answer; absent without a terminal. */
  readonly confirm?: (question: string) => Promise<boolean>;
  /** The same for a line of text. */
  readonly prompt?: (question: string) => Promise<string>;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
  /** Connects to the running host. `patienceMs`: the wait for one that cannot be reached, by default several seconds. */
  readonly connect: (patienceMs?: number) => Promise<Result<ControlClient, ControlError>>;
}

export interface CommandContext extends CommandSurroundings {
  readonly options: GlobalOptions;
  readonly format: OutputFormat;
  /** For standard output. */
  readonly palette: Palette;
  /** For standard error, which may be a file while standard output is a terminal. */
  readonly complaintPalette: Palette;
  /** Prints lines to standard output: the answer. A line feed within a line is escaped. */
  readonly print: (...lines: readonly string[]) => void;
  /** The same for reports of what a command did; not with `--quiet`. */
  readonly say: (...lines: readonly string[]) => void;
  /** Prints lines that are not part of the answer to standard error, outside of any pipe; not with `--quiet`. */
  readonly tell: (...lines: readonly string[]) => void;
  /** The same for failures, also with `--quiet`. */
  readonly complain: (...lines: readonly string[]) => void;
}

/**
 * The action of one command. An error that the user has to fix is thrown as a CommandFailure. `words`: the arguments
 * after its name.
 */
export type Action<Options = object> = (
  context: CommandContext,
  options: Options,
  words: readonly string[],
) => Promise<ExitCode>;
