import type { ControlEvent } from '../../../shared/control-contract.ts';
import { sleep } from '../../core/clock.ts';
import type { ControlClient } from '../../core/control/control-client.ts';
import { identifyProcesses } from '../../core/process/process-identity.ts';
import type { Action, CommandContext } from '../command-context.ts';
import { CommandFailure } from '../command-failure.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { answerOf, closing, findHost } from '../host-connection.ts';

export interface DaemonStopOptions {
  readonly force?: true;
}

type ShutdownReport = Extract<ControlEvent<'shutdown'>, { kind: 'report' }>['report'];

/** After the last word of the host, for its process to be gone. */
const exitTimeoutMs = 10_000;
const pollMs = 5;

export const daemonStop: Action<DaemonStopOptions> = async (context, { force }) => {
  const client = await findHost(context);
  if (client === null) {
    context.say('LocalPort is not running');
    return exitCode.ok;
  }
  return closing(client, () => stopHost(context, client, force === true));
};

/** Shows the phases as they pass; resolves when the process of the host is gone. */
export async function stopHost(
  context: CommandContext,
  client: ControlClient,
  force: boolean,
): Promise<ExitCode> {
  const { clock, palette, format, signal } = context;
  const startedAt = clock.now();
  const begun = new Map<string, number>();
  let report: ShutdownReport | null = null;
  const ended = await client.stream(
    'shutdown',
    { force },
    (event) => {
      if (event.kind === 'report') {
        report = event.report;
        return;
      }
      if (event.state === 'started') begun.set(event.phase, clock.now());
      else {
        const tookMs = Math.round(clock.now() - (begun.get(event.phase) ?? clock.now()));
        const mark = event.state === 'finished' ? palette.good('✓') : palette.bad('✗');
        if (format !== 'json' && event.state !== 'skipped') {
          context.say(
            `${mark} ${event.phase}${event.state === 'finished' ? '' : `: ${event.state}`} ${palette.faint(`${tookMs} ms`)}`,
          );
        }
      }
    },
    signal,
  );
  // The host may be gone before it has said so: what counts is that it is gone.
  if (!ended.ok && ended.error.code !== 'connection-lost') answerOf(ended);
  if (signal.aborted) return exitCode.interrupted;
  await waitForExit(context, client.host.pid);
  return finish(context, report, Math.round(clock.now() - startedAt));
}

function finish(context: CommandContext, report: ShutdownReport | null, tookMs: number): ExitCode {
  const problems = report?.problems ?? [];
  if (context.format === 'json') context.print(JSON.stringify({ stopped_in_ms: tookMs, report }, null, 2));
  else
    context.say(
      ...problems.map((problem) => `${context.palette.bad('problem:')} ${problem}`),
      `stopped in ${tookMs} ms`,
    );
  return problems.length === 0 ? exitCode.ok : exitCode.error;
}

async function waitForExit({ clock, signal }: CommandContext, pid: number): Promise<void> {
  const deadline = clock.now() + exitTimeoutMs;
  // Not by a signal: a zombie takes it for ever where nobody reaps.
  while ((await identifyProcesses([pid])).size > 0) {
    if (signal.aborted) return;
    if (clock.now() > deadline) {
      throw new CommandFailure(`process ${pid} has said goodbye and still runs`, {
        hint: `End it: kill -9 ${pid}`,
      });
    }
    await sleep(clock, pollMs, signal);
  }
}
