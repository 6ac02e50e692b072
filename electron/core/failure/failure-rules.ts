/** How a line of a failing tunnel is recognized. A rule consists of a pattern and the cause that it proves. */
import type { CauseCode, CauseDetails } from '../../../shared/failure.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { MacPrivacy } from '../privacy/mac-privacy.ts';

export interface FailureContext {
  readonly service: ServiceSpec;
  /** The child's recent output, oldest first. */
  readonly lines: readonly string[];
  /** For deciding why an address is unreachable. */
  readonly privacy: MacPrivacy;
}

export interface Finding {
  readonly code: CauseCode;
  /** What is undefined here is filled in from the configuration. */
  readonly details?: CauseDetails | undefined;
}

export interface FailureRule {
  /** Matched against one line without its log prefix. */
  readonly pattern: RegExp;
  readonly finding: (match: RegExpExecArray, context: FailureContext) => Finding;
  /** The line only says that the connection ended: any other recognized line, even an earlier one, explains more. */
  readonly isConsequence?: true;
}

/** A rule for a line that always proves the same kind of cause. */
export const proves = (
  code: CauseCode,
  pattern: RegExp,
  details?: CauseDetails | ((match: RegExpExecArray, context: FailureContext) => CauseDetails),
): FailureRule => ({
  pattern,
  finding: (match, context) => ({
    code,
    details: typeof details === 'function' ? details(match, context) : details,
  }),
});

/** A rule for a line that only reports a consequence. */
export const follows = (code: CauseCode, pattern: RegExp): FailureRule => ({
  ...proves(code, pattern),
  isConsequence: true,
});

/** Parses a port in a line. */
export const portOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text);
