import { assertNever } from '../../../../shared/result.ts';
import type { ProbeSpec } from '../../../../shared/service-spec.ts';
import type { ChildExit, ChildLauncher } from '../../process/child-process.ts';
import { askChild } from '../../process/child-query.ts';
import { isNoise, toEvidence } from '../../failure/evidence.ts';
import type { ProbeRequest, ProbeResult } from '../probe.ts';
import { formatDuration } from './format-duration.ts';
import { notMade, type FailedProbe } from './probe-failures.ts';

export type ExecProbeSpec = Extract<ProbeSpec, { readonly type: 'exec' }>;

/**
 * Runs a user's program, which connects to the local port like a client; exit code 0 passes. It gets the login
 * environment and its own process group, which is killed at the deadline and on cancel. Settles when the group has
 * ended.
 */
export async function probeExec(
  request: ProbeRequest,
  { argv }: ExecProbeSpec,
  launcher: ChildLauncher,
): Promise<ProbeResult> {
  const { clock, signal, timeoutMs } = request;
  const startedAt = clock.now();
  const answer = await askChild({ name: `check ${argv[0]}`, argv }, { launcher, clock, timeoutMs, signal });
  switch (answer.kind) {
    case 'canceled':
      return answer;
    case 'timed-out':
      return lateEnd(timeoutMs);
    case 'answered':
      return answer.exit.exitCode === 0
        ? { kind: 'passed', tookMs: clock.now() - startedAt }
        : readExit(answer.exit, argv[0]);
    default:
      return assertNever(answer, 'answer of a command');
  }
}

const lateEnd = (afterMs: number): FailedProbe => ({
  kind: 'failed',
  finding: `the check command did not finish within ${formatDuration(afterMs)}`,
  failure: { kind: 'timed-out', awaited: 'end of the check command', afterMs, remoteEndSpoke: false },
});

/** The last line of output usually explains best why a program failed. */
function readExit(exit: ChildExit, program: string): FailedProbe {
  const { startError, signal, exitCode, lastLines } = exit;
  if (startError !== null) {
    return notMade(
      toEvidence(startError.message, []),
      startError.code === 'ENOENT'
        ? { code: 'binary-missing', what: program }
        : { code: 'config-invalid', what: `The check command ${program} cannot be started` },
    );
  }
  const ending = signal === null ? `exited with code ${String(exitCode)}` : `was terminated by ${signal}`;
  const title = `The check command ${ending}`;
  const lastLine = lastLines.findLast((line) => !isNoise(line));
  return {
    kind: 'failed',
    finding: lastLine === undefined ? title : toEvidence(lastLine, []),
    failure: { kind: 'command-failed', title },
  };
}
