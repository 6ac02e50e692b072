/** The output of a command for several services: a line, or an object, for each. */
import type { ControlOutcome } from '../../../shared/control-contract.ts';
import type { Cause } from '../../../shared/failure.ts';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import type { CommandContext } from '../command-context.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { fields } from './fields.ts';
import { causeLines, stateOf } from './service-words.ts';
import { jsonLines } from './json-lines.ts';
import { wrap } from './text-width.ts';

export interface ServiceResult {
  readonly name: string;
  readonly ok: boolean;
  /** `started`, `stopped`, `up on localhost:5432`, `retrying`, `there is no service of this name`. */
  readonly message: string;
  /** Why it is not in the requested state; absent if nothing failed, or if the message says everything. */
  readonly cause?: Cause;
}

/** Prints the results, refused ones last. A partial failure is an error. */
export function reportOutcome(
  context: CommandContext,
  accepted: readonly ServiceResult[],
  refused: ControlOutcome['refused'],
): ExitCode {
  const results = [...accepted, ...refused.map(({ name, message }) => ({ name, ok: false, message }))];
  const { format } = context;
  if (format === 'json') {
    const told = results.map((result) => ({ name: result.name, ok: result.ok, message: inOneLine(result) }));
    context.print(...jsonLines({ results: told }));
  } else if (format === 'text')
    context.print(
      ...results.map((result) => fields(result.name, result.ok ? 'ok' : 'failed', inOneLine(result))),
    );
  else tellResults(context, results);
  return results.every(({ ok }) => ok) ? exitCode.ok : exitCode.error;
}

const inOneLine = ({ message, cause }: ServiceResult): string =>
  cause === undefined ? message : `${message}: ${causeLines(cause).join(' · ')}`;

/** As in the table of `status`: the cause below its service, once for neighbors with the same cause. */
function tellResults(context: CommandContext, results: readonly ServiceResult[]): void {
  const { palette, complaintPalette } = context;
  for (const [index, { name, ok, message, cause }] of results.entries()) {
    if (ok) {
      context.say(`${palette.good('✓')} ${palette.strong(name)}  ${message}`);
      continue;
    }
    const { bad, strong, faint } = complaintPalette;
    const next = results[index + 1]?.cause;
    const lines = cause === undefined || isSameCause(cause, next) ? [] : causeLines(cause);
    context.complain(
      `${bad('✗')} ${strong(name)}  ${message}`,
      ...lines
        .flatMap((line) => wrap(line, (context.stderr.columns ?? Infinity) - indent.length))
        .map((line) => faint(`${indent}${line}`)),
    );
  }
}

const indent = '   ';

const isSameCause = (one: Cause, other: Cause | undefined): boolean =>
  other !== undefined && causeLines(one).join('\n') === causeLines(other).join('\n');

/** The state of a service that is not in the requested state. */
export function describeObstacle({
  phase,
  health,
  cause,
}: ServiceSnapshot): Pick<ServiceResult, 'message' | 'cause'> {
  const isChecking = phase === 'up' && health === 'unknown';
  const why = cause === null ? {} : { cause };
  if (!isChecking) return { message: stateOf({ phase, health }), ...why };
  const message = 'is still being checked';
  return cause === null
    ? { message: `${message}: no check has passed through the tunnel yet` }
    : { message, ...why };
}
