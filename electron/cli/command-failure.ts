import { exitCode, type ExitCode } from './exit-code.ts';

/**
 * The end of a command, with a message for the user. Thrown, because it may occur at any depth, and caught in one
 * place: `localport.ts`.
 */
export class CommandFailure extends Error {
  readonly code: ExitCode;
  /** The fix, as a separate sentence. */
  readonly hint: string | null;

  constructor(message: string, { hint = null, code = exitCode.error }: FailureDetails = {}) {
    super(message);
    this.name = 'CommandFailure';
    this.code = code;
    this.hint = hint;
  }
}

export interface FailureDetails {
  readonly hint?: string | null;
  readonly code?: ExitCode;
}

/** The command line is invalid. */
export const usageFailure = (message: string, hint: string | null = null): CommandFailure =>
  new CommandFailure(message, { hint, code: exitCode.usage });
