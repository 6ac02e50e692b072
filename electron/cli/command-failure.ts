import { exitCode, type ExitCode } from './exit-code.ts';

/**
 * The end of a command, in words for the user. Thrown, because a command may notice it at any depth, and caught in one
 * place: `localport.ts`.
 */
export class CommandFailure extends Error {
  readonly code: ExitCode;
  /** What would help, a sentence of its own. */
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

/** What the command line says makes no sense. */
export const usageFailure = (message: string, hint: string | null = null): CommandFailure =>
  new CommandFailure(message, { hint, code: exitCode.usage });
