/** How a line of a failing tunnel is recognized. A rule is a pattern and what it proves. */
import type { CauseCode, CauseDetails } from '../../../shared/failure.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import type { MacPrivacy } from '../privacy/mac-privacy.ts';

export interface FailureContext {
  readonly service: ServiceSpec;
  /** Everything the child said lately, oldest first. */
  readonly lines: readonly string[];
  /** By what an unreachable address is judged. */
  readonly privacy: MacPrivacy;
}

export interface Finding {
  readonly code: CauseCode;
  readonly details?: CauseDetails;
}

export interface FailureRule {
  /** Tried on one line without its log prefix. */
  readonly pattern: RegExp;
  readonly finding: (match: RegExpExecArray, context: FailureContext) => Finding;
  /** The line tells only that it is over: any other recognized line, also an earlier one, tells more. */
  readonly isConsequence?: true;
}

/** A rule whose line says it all. */
export const proves = (
  code: CauseCode,
  pattern: RegExp,
  details?: CauseDetails | ((match: RegExpExecArray) => CauseDetails),
): FailureRule => ({
  pattern,
  finding: (match) => {
    const found = typeof details === 'function' ? details(match) : details;
    return found === undefined ? { code } : { code, details: found };
  },
});

/** A rule for a line that only follows from another. */
export const follows = (code: CauseCode, pattern: RegExp): FailureRule => ({
  ...proves(code, pattern),
  isConsequence: true,
});

/** A port as a line writes it. */
export const portOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text);
