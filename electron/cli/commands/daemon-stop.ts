import type { ControlEvent } from '../../../shared/control-contract.ts';
import type { ControlClient } from '../../core/control/control-client.ts';
import { isGoneWithin } from '../../core/process/process-exit.ts';
import { identifyProcesses, type ProcessIdentity } from '../../core/process/process-identity.ts';
import type { Action, CommandContext } from '../command-context.ts';
import { CommandFailure } from '../command-failure.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { answerOf, closing, findHost } from '../host-connection.ts';
import { noHostObject } from '../output/host-object.ts';
import { jsonLines } from '../output/json-lines.ts';
import { showCount } from '../output/quantity.ts';

export interface DaemonStopOptions {
  readonly force?: true;
}

type ShutdownEvent = ControlEvent<'shutdown'>;

export interface StoppedHost {
  /** null: it was gone before it could report. */
  readonly report: Extract<ShutdownEvent, { kind: 'report' }>['report'] | null;
  /** Until its process was gone. */
  readonly tookMs: number;
  /** Forwards that were on; null: it did not report. */
  readonly forwards: number | null;
}

/** `Stopped 5 forwards in 70 ms` */
export const describeStop = ({ forwards, tookMs }: StoppedHost): string =>
  `Stopped ${forwards === null || forwards === 0 ? 'LocalPort' : showCount(forwards, 'forward')} in ${tookMs} ms`;

/** After the last message of the host, until its process is gone. */
const exitTimeoutMs = 10_000;

export const daemonStop: Action<DaemonStopOptions> = async (context, { force }) => {
  const client = await findHost(context);
  if (client === null) {
    if (context.format === 'json') context.print(...jsonLines(noHostObject));
    else context.say('LocalPort is not running');
    return exitCode.ok;
  }
  const stopped = await closing(client, () => stopHost(context, client, force === true));
  return stopped === null ? exitCode.interrupted : printStop(context, stopped);
};

/** With --verbose, shows the phases as they end; resolves when the process of the host is gone. null: by Ctrl-C. */
export async function stopHost(
  context: CommandContext,
  client: ControlClient,
  force: boolean,
): Promise<StoppedHost | null> {
  const { clock, signal } = context;
  const { pid } = client.host;
  const startedAt = clock.now();
  const running = (await identifyProcesses([pid])).get(pid);
  const forwards = await countForwards(client);
  let report: StoppedHost['report'] = null;
  const showPhase = phaseDisplay(context);
  const ended = await client.stream(
    'shutdown',
    { force },
    {
      onEvent: (event) => {
        if (event.kind === 'report') report = event.report;
        else showPhase(event);
      },
      signal,
    },
  );
  // The host may be gone before it has reported that; only its absence counts.
  if (!ended.ok && ended.error.code !== 'connection-lost') answerOf(ended);
  if (signal.aborted) return null;
  if (running !== undefined && !(await isGoneWithin(running, { clock, signal, timeoutMs: exitTimeoutMs })))
    refuseLeft(context, running);
  return { report, forwards, tookMs: Math.round(clock.now() - startedAt) };
}

/** How long to wait for a host in trouble before it is stopped anyway. */
const countMs = 1_000;

async function countForwards(client: ControlClient): Promise<number | null> {
  const snapshot = await client.request('snapshot', {}, countMs);
  return snapshot.ok ? snapshot.value.services.filter(({ phase }) => phase !== 'off').length : null;
}

/** A line for each phase that did something; without --verbose only for one that failed. */
function phaseDisplay({ clock, palette, format, say, options }: CommandContext) {
  const begun = new Map<string, number>();
  return ({ phase, state }: Extract<ShutdownEvent, { kind: 'phase' }>): void => {
    if (state === 'started') begun.set(phase, clock.now());
    if (state === 'started' || state === 'skipped' || format === 'json') return;
    if (state === 'finished' && options.verbose !== true) return;
    const tookMs = Math.round(clock.now() - (begun.get(phase) ?? clock.now()));
    const mark = state === 'finished' ? palette.good('✓') : palette.bad('✗');
    say(`${mark} ${phase}${state === 'finished' ? '' : `: ${state}`} ${palette.faint(`${tookMs} ms`)}`);
  };
}

function printStop(context: CommandContext, stopped: StoppedHost): ExitCode {
  const { report, tookMs } = stopped;
  const problems = report?.problems ?? [];
  if (context.format === 'json') {
    const phases = report?.phases.map(({ name, durationMs, late }) => ({
      name,
      took_ms: Math.round(durationMs),
      late,
    }));
    context.print(...jsonLines({ stopped_in_ms: tookMs, phases: phases ?? [], problems }));
  } else {
    const { bad } = context.palette;
    context.say(...problems.map((problem) => `${bad('problem:')} ${problem}`), describeStop(stopped));
  }
  return problems.length === 0 ? exitCode.ok : exitCode.error;
}

/** After Ctrl-C there is nothing to wait for, and nothing is wrong. */
function refuseLeft({ signal }: CommandContext, { pid }: ProcessIdentity): void {
  if (signal.aborted) return;
  throw new CommandFailure(`process ${pid} has reported that it stopped, but is still running`, {
    hint: `End it: kill -9 ${pid}`,
  });
}
