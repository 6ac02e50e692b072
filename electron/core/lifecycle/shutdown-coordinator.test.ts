import { beforeEach, describe, expect, it } from 'vitest';
import { sleep } from '../clock.ts';
import { silentLogger } from '../observability/logger.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { ShutdownCoordinator } from './shutdown-coordinator.ts';
import { type ShutdownPhase, ceilingMs, shutdownPhases } from './shutdown-phase.ts';
import { formatShutdownReport } from './shutdown-report.ts';

describe('ShutdownCoordinator', () => {
  let clock: FakeClock;
  let seen: string[];
  let shutdown: ShutdownCoordinator;

  beforeEach(() => {
    clock = new FakeClock();
    seen = [];
    shutdown = new ShutdownCoordinator({
      clock,
      log: silentLogger,
      onPhase: (phase, state) => seen.push(`[${phase}] ${state}`),
    });
  });

  /** Takes `durationMs` and stops when its signal aborts. */
  function join(phase: ShutdownPhase, name: string, durationMs: number): void {
    shutdown.join(phase, name, async (signal) => {
      seen.push(`${name} started`);
      const inTime = await sleep(clock, durationMs, signal);
      seen.push(`${name} ${inTime ? 'done' : 'aborted'}`);
    });
  }

  const joinDeaf = (phase: ShutdownPhase, name: string): void =>
    void shutdown.join(phase, name, () => new Promise(() => undefined));

  it('takes no time when there is nothing to do', async () => {
    expect(await shutdown.shutdown('quit')).toEqual({
      reason: 'quit',
      phases: shutdownPhases.map((name) => ({ name, durationMs: 0, late: [] })),
      problems: [],
      totalMs: 0,
    });
    expect(clock.pendingTimers).toBe(0);
  });

  it('runs a joiner of the current phase at once, and a joiner of a past phase in the next one', async () => {
    join('complete current', 'slow', 100);
    const report = shutdown.shutdown('quit');
    await clock.advance(10);
    join('complete current', 'late', 200);
    join('stop new work', 'too late', 10);
    join('force clean-up', 'in time', 10);
    await clock.advance(230);
    expect((await report).phases.map(({ name, durationMs }) => `${name} ${durationMs}`)).toEqual([
      'stop new work 0',
      'complete current 210',
      'cancel tasks 0',
      'force clean-up 10',
    ]);
    expect(seen.filter((line) => !line.startsWith('['))).toEqual([
      'slow started',
      'late started',
      'too late started',
      'too late done',
      'slow done',
      'late done',
      'in time started',
      'in time done',
    ]);
    join('force clean-up', 'after all', 10);
    await clock.advance(100);
    expect(seen.at(-1)).toBe('[force clean-up] finished');
  });

  it('starts the joiners of a phase together, the newest first, and runs the phases one after another', async () => {
    join('cancel tasks', 'tasks', 30);
    join('stop new work', 'listener', 20);
    join('stop new work', 'config watcher', 10);
    const report = shutdown.shutdown('quit');
    await clock.advance(50);
    expect(seen).toEqual([
      '[stop new work] started',
      'config watcher started',
      'listener started',
      'config watcher done',
      'listener done',
      '[stop new work] finished',
      '[complete current] started',
      '[complete current] finished',
      '[cancel tasks] started',
      'tasks started',
      'tasks done',
      '[cancel tasks] finished',
      '[force clean-up] started',
      '[force clean-up] finished',
    ]);
    expect((await report).phases.map(({ durationMs }) => durationMs)).toEqual([20, 0, 30, 0]);
    expect((await report).totalMs).toBe(50);
  });

  it('leaves a phase at its ceiling, aborts and reports late joiners, and continues', async () => {
    join('complete current', 'drain', 60_000);
    joinDeaf('cancel tasks', 'deaf task');
    join('force clean-up', 'kill children', 0);
    const report = shutdown.shutdown('quit');
    await clock.advance(8_000);
    expect(seen).toContain('drain aborted');
    expect(seen).toContain('[complete current] left late');
    await clock.advance(15_000);
    expect((await report).phases).toEqual([
      { name: 'stop new work', durationMs: 0, late: [] },
      { name: 'complete current', durationMs: 8_000, late: ['drain'] },
      { name: 'cancel tasks', durationMs: 15_000, late: ['deaf task'] },
      { name: 'force clean-up', durationMs: 0, late: [] },
    ]);
    expect(seen).toContain('kill children done');
  });

  it('skips nothing when a joiner fails, synchronously or later', async () => {
    shutdown.join('stop new work', 'bad', () => {
      throw new Error('broken');
    });
    shutdown.join('cancel tasks', 'worse', () => Promise.reject(new Error('very broken')));
    join('stop new work', 'good', 0);
    join('force clean-up', 'kill children', 0);
    const report = shutdown.shutdown('quit');
    await clock.advance(1);
    expect(seen).toContain('good done');
    expect(seen).toContain('kill children done');
    expect((await report).problems).toEqual([
      'bad failed in stop new work: broken',
      'worse failed in cancel tasks: very broken',
    ]);
  });

  it('returns the first shutdown to a second caller', async () => {
    join('stop new work', 'listener', 10);
    const first = shutdown.shutdown('SIGTERM');
    expect(shutdown.shutdown('quit')).toBe(first);
    await clock.advance(10);
    expect(shutdown.shutdown('again')).toBe(first);
    expect((await first).reason).toBe('SIGTERM');
    expect(seen.filter((line) => line === 'listener started')).toHaveLength(1);
  });

  it('does not call a joiner that has left', async () => {
    const leave = shutdown.join('stop new work', 'gone', async () => void seen.push('gone started'));
    leave();
    await shutdown.shutdown('quit');
    expect(seen).not.toContain('gone started');
  });

  it('jumps to the last phase when forced', async () => {
    join('complete current', 'drain', 5_000);
    join('cancel tasks', 'tasks', 5_000);
    join('force clean-up', 'kill children', 10);
    const report = shutdown.shutdown('SIGTERM');
    await clock.advance(100);
    void shutdown.force('second SIGTERM');
    await clock.advance(10);
    expect(await report).toEqual({
      reason: 'SIGTERM',
      phases: [
        { name: 'stop new work', durationMs: 0, late: [] },
        { name: 'complete current', durationMs: 100, late: ['drain'] },
        { name: 'force clean-up', durationMs: 10, late: [] },
      ],
      problems: [],
      totalMs: 110,
    });
    expect(seen).toContain('[cancel tasks] skipped');
    expect(seen).not.toContain('tasks started');
  });

  it('does not cut the last phase short when forced during it', async () => {
    join('force clean-up', 'kill children', 1_000);
    const report = shutdown.shutdown('SIGTERM');
    await clock.advance(100);
    void shutdown.force();
    void shutdown.force();
    await clock.advance(900);
    expect((await report).phases[3]).toEqual({ name: 'force clean-up', durationMs: 1_000, late: [] });
  });

  it('can be forced from the start, and by a joiner', async () => {
    shutdown.join('stop new work', 'impatient', async () => {
      await shutdown.force();
    });
    const report = await shutdown.shutdown('quit');
    expect(report.phases.map(({ name, late }) => [name, late])).toEqual([
      ['stop new work', ['impatient']],
      ['force clean-up', []],
    ]);
    const other = new ShutdownCoordinator({ clock, log: silentLogger });
    expect((await other.force('SIGQUIT')).phases.map(({ name }) => name)).toEqual(['force clean-up']);
  });

  it('shares four seconds among all phases when the system shuts down', async () => {
    for (const phase of shutdownPhases) joinDeaf(phase, `deaf in ${phase}`);
    shutdown.verify('deaf', () => new Promise(() => undefined));
    const report = shutdown.onSystemShutdown();
    await clock.advance(4_000);
    expect((await report).totalMs).toBeLessThanOrEqual(4_000);
    expect((await report).totalMs).toBeGreaterThan(3_900);
    expect((await report).phases.map(({ late }) => late.length)).toEqual([1, 1, 1, 1]);
  });

  it('shortens the ceiling of the current phase when the system shuts down', async () => {
    join('cancel tasks', 'tasks', 60_000);
    const report = shutdown.shutdown('quit');
    await clock.advance(1_000);
    void shutdown.onSystemShutdown();
    await clock.advance(ceilingMs('cancel tasks', true) - 1_000);
    expect((await report).phases[2]).toMatchObject({
      durationMs: ceilingMs('cancel tasks', true),
      late: ['tasks'],
    });
  });

  it('verifies after the last phase, and reports findings, failures and timeouts', async () => {
    join('force clean-up', 'kill children', 10);
    shutdown.verify('ports', async () => {
      expect(seen).toContain('kill children done');
      return ['5432 cannot be bound again'];
    });
    shutdown.verify('children', async () => []);
    shutdown.verify('files', () => Promise.reject(new Error('EIO')));
    shutdown.verify('sockets', () => new Promise(() => undefined));
    const report = shutdown.shutdown('quit');
    await clock.advance(1_010);
    expect((await report).problems).toEqual([
      'ports: 5432 cannot be bound again',
      'files failed in verify: EIO',
      'sockets: could not be verified in time',
    ]);
  });

  it('is not harmed by a listener that throws', async () => {
    const fragile = new ShutdownCoordinator({
      clock,
      log: silentLogger,
      onPhase: () => {
        throw new Error('window is gone');
      },
    });
    expect((await fragile.shutdown('quit')).phases).toHaveLength(4);
  });
});

describe('formatShutdownReport', () => {
  it('puts the durations on one line and each problem on its own line', () => {
    expect(
      formatShutdownReport({
        reason: 'SIGTERM',
        phases: [
          { name: 'stop new work', durationMs: 1.4, late: [] },
          { name: 'cancel tasks', durationMs: 280, late: ['watch config', 'probe'] },
        ],
        problems: ['ports: 5432 cannot be bound again'],
        totalMs: 312.3,
      }),
    ).toBe(
      [
        'stopped in 312 ms (SIGTERM): stop new work 1 ms, cancel tasks 280 ms',
        'late in cancel tasks: watch config, probe',
        'problem: ports: 5432 cannot be bound again',
      ].join('\n'),
    );
  });
});
