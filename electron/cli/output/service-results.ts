/** What a command for several services prints: a line, or an object, for each. */
import type { ControlOutcome } from '../../../shared/control-contract.ts';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import type { CommandContext } from '../command-context.ts';
import { CommandFailure } from '../command-failure.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';

export interface ServiceResult {
  readonly name: string;
  readonly ok: boolean;
  /** `started`, `stopped`, `up on localhost:5432`, `there is no service of this name`. */
  readonly message: string;
}

/** Prints the results, those of the refused after the others. A partial failure is an error, and so is a target without services. */
export function reportOutcome(
  context: CommandContext,
  accepted: readonly ServiceResult[],
  refused: ControlOutcome['refused'],
): ExitCode {
  const results = [...accepted, ...refused.map(({ name, message }) => ({ name, ok: false, message }))];
  if (results.length === 0) throw new CommandFailure('no service is meant by this');
  const { format, palette, complaintPalette } = context;
  if (format === 'json') context.print(JSON.stringify({ results }, null, 2));
  else if (format === 'text') {
    context.print(...results.map(({ name, ok, message }) => `${name}\t${ok ? 'ok' : 'failed'}\t${message}`));
  } else {
    for (const { name, ok, message } of results) {
      if (ok) context.say(`${palette.good('✓')} ${palette.strong(name)}  ${message}`);
      else {
        const { bad, strong } = complaintPalette;
        context.stderr.write(`${bad('✗')} ${strong(name)}  ${message}\n`);
      }
    }
  }
  return results.every(({ ok }) => ok) ? exitCode.ok : exitCode.error;
}

/** Why a service is not where it was wanted. */
export function describeObstacle({ phase, health, cause }: ServiceSnapshot): string {
  const state = phase === 'up' ? `up, and its health is ${health}` : phase;
  if (cause === null) return `is ${state}`;
  return [`is ${state}: ${cause.title}`, cause.evidence, cause.remedy]
    .filter((part) => part !== null)
    .join(' · ');
}
