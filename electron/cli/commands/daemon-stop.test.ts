import { describe, expect, it } from 'vitest';
import type { ControlError, ControlEvent } from '../../../shared/control-contract.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { ControlClient } from '../../core/control/control-client.ts';
import { FakeClock } from '../../core/testing/fake-clock.ts';
import { createContext } from '../command-line.ts';
import { fakeClient } from '../testing/fake-client.ts';
import { testSurroundings } from '../testing/test-context.ts';
import { aService, aSnapshot, offService } from '../../shell/testing/snapshots.ts';
import { daemonStop } from './daemon-stop.ts';

type ShutdownEvent = ControlEvent<'shutdown'>;
type Tell = (event: ShutdownEvent) => void;

/** Above the highest that Linux assigns (proc(5), pid_max): no process has it. */
const gonePid = 2 ** 22 + 1;

/** Runs `daemon stop` against a host that goes through `shutdown`. */
async function stop(
  shutdown: (tell: Tell, clock: FakeClock, printed: () => string) => Promise<Result<void, ControlError>>,
  { isVerbose = false, snapshot = aSnapshot() } = {},
) {
  const clock = new FakeClock();
  const base = fakeClient({ request: () => Promise.resolve(ok(snapshot as never)) });
  const client: ControlClient = {
    ...base,
    host: { ...base.host, pid: gonePid },
    stream: (_name, _params, { onEvent }) => shutdown(onEvent as Tell, clock, () => surroundings.printed()),
  };
  const surroundings = testSurroundings({ clock, connect: () => Promise.resolve(ok(client)) });
  const code = await daemonStop(
    createContext({ color: false, ...(isVerbose ? { verbose: true } : {}) }, surroundings),
    {},
    [],
  );
  return { code, printed: surroundings.printed() };
}

const report = (problems: readonly string[]): ShutdownEvent => ({
  kind: 'report',
  report: { reason: 'command', phases: [], problems, totalMs: 120 },
});

describe('daemon stop', () => {
  it('says how many forwards it stopped, and how long that took', async () => {
    const services = [aService('a'), aService('b'), offService('c')];
    const stopped = await stop(
      async (tell, clock) => {
        tell({ kind: 'phase', phase: 'complete current', state: 'started' });
        await clock.advance(70);
        tell({ kind: 'phase', phase: 'complete current', state: 'finished' });
        tell(report([]));
        return ok(undefined);
      },
      { snapshot: aSnapshot(...services) },
    );
    expect(stopped).toEqual({ code: 0, printed: 'Stopped 2 forwards in 70 ms\n' });
  });

  it('shows each phase as it ends with --verbose, not only at the end', async () => {
    const seen: string[] = [];
    const stopped = await stop(
      async (tell, clock, printed) => {
        for (const phase of ['stop new work', 'complete current'] as const) {
          tell({ kind: 'phase', phase, state: 'started' });
          await clock.advance(60);
          tell({ kind: 'phase', phase, state: 'finished' });
          seen.push(printed());
        }
        tell(report([]));
        return ok(undefined);
      },
      { isVerbose: true },
    );
    expect(seen).toEqual(['✓ stop new work 60 ms\n', '✓ stop new work 60 ms\n✓ complete current 60 ms\n']);
    expect(stopped).toEqual({ code: 0, printed: `${seen[1] ?? ''}Stopped LocalPort in 120 ms\n` });
  });

  it('marks a phase that timed out, and exits with 1 if something was left behind', async () => {
    const { code, printed } = await stop((tell) => {
      tell({ kind: 'phase', phase: 'cancel tasks', state: 'started' });
      tell({ kind: 'phase', phase: 'cancel tasks', state: 'left late' });
      tell(report(['port 5432 is still taken']));
      return Promise.resolve(ok(undefined));
    });
    expect(code).toBe(1);
    expect(printed).toMatch(
      /^✗ cancel tasks: left late 0 ms\nproblem: port 5432 is still taken\nStopped LocalPort in 0 ms\n$/,
    );
  });

  it('succeeds if the host is gone before it could report that', async () => {
    const lost = err({ code: 'connection-lost', message: 'the connection was closed' } as const);
    expect(await stop(() => Promise.resolve(lost))).toEqual({
      code: 0,
      printed: 'Stopped LocalPort in 0 ms\n',
    });
  });
});
