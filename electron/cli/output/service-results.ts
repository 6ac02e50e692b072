/** What a command for several services prints: a line, or an object, for each. */
import type { ControlOutcome } from '../../../shared/control-contract.ts';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import type { CommandContext } from '../command-context.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { fields } from './fields.ts';
import { causeLines, stateOf } from './service-words.ts';
import { jsonLines } from './json-lines.ts';

export interface ServiceResult {
  readonly name: string;
  readonly ok: boolean;
  /** `started`, `stopped`, `up on localhost:5432`, `there is no service of this name`. */
  readonly message: string;
}

/** Prints the results, those of the refused after the others. A partial failure is an error. */
export function reportOutcome(
  context: CommandContext,
  accepted: readonly ServiceResult[],
  refused: ControlOutcome['refused'],
): ExitCode {
  const results = [...accepted, ...refused.map(({ name, message }) => ({ name, ok: false, message }))];
  const { format, palette, complaintPalette } = context;
  if (format === 'json') context.print(...jsonLines({ results }));
  else if (format === 'text') {
    context.print(...results.map(({ name, ok, message }) => fields(name, ok ? 'ok' : 'failed', message)));
  } else {
    for (const { name, ok, message } of results) {
      if (ok) context.say(`${palette.good('✓')} ${palette.strong(name)}  ${message}`);
      else {
        const { bad, strong } = complaintPalette;
        context.complain(`${bad('✗')} ${strong(name)}  ${message}`);
      }
    }
  }
  return results.every(({ ok }) => ok) ? exitCode.ok : exitCode.error;
}

/** Why a service is not where it was wanted. */
export function describeObstacle({ phase, health, cause }: ServiceSnapshot): string {
  const isChecking = phase === 'up' && health === 'unknown';
  if (isChecking && cause === null)
    return 'is still being checked: no check has passed through the tunnel yet';
  const state = isChecking
    ? 'is still being checked'
    : phase === 'failed'
      ? 'has failed'
      : `is ${stateOf({ phase, health })}`;
  return cause === null ? state : `${state}: ${causeLines(cause).join(' · ')}`;
}
