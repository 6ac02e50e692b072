import { afterEach, describe, expect, it } from 'vitest';
import { type Cause, describeCause } from '../../../shared/failure.ts';
import { FakeClock, settle } from '../testing/fake-clock.ts';
import { ClusterMonitor, type ClusterPace } from './cluster-monitor.ts';

const pace: ClusterPace = { intervalMs: 240_000, failureThreshold: 3 };
const fault = (evidence: string): Cause => describeCause('cluster-unwell', { evidence });
const noNode = fault('no node is ready');

const plays: Play[] = [];
afterEach(async () => {
  for (const play of plays.splice(0)) await play.end();
});

/** A monitor whose checks are answered by a test. */
class Play {
  readonly clock = new FakeClock();
  /** Running checks, oldest first. */
  readonly questions: { readonly signal: AbortSignal; readonly answer: (fault: Cause | null) => void }[] = [];
  readonly log: string[] = [];
  asked = 0;
  most = 0;
  schedules = 0;
  readonly monitor = new ClusterMonitor({
    title: 'The cluster prod',
    clock: this.clock,
    log: {
      debug: () => undefined,
      info: (line) => void this.log.push(line),
      warn: (line) => void this.log.push(line),
      error: () => undefined,
    },
    check: (signal) => {
      this.asked += 1;
      return new Promise((resolve) => {
        const question = {
          signal,
          answer: (found: Cause | null) => {
            this.questions.splice(this.questions.indexOf(question), 1);
            resolve(found);
          },
        };
        this.questions.push(question);
        this.most = Math.max(this.most, this.questions.length);
      });
    },
    onChange: () => void this.log.push(this.monitor.fault?.evidence ?? 'healthy'),
    onSchedule: () => {
      this.schedules += 1;
    },
  });

  constructor() {
    plays.push(this);
  }

  async answers(found: Cause | null): Promise<void> {
    const [question] = this.questions;
    if (question === undefined) throw new Error('no check is running');
    question.answer(found);
    await settle();
  }

  /** In ms from now. */
  get nextIn(): number | null {
    const { nextCheckAt } = this.monitor;
    return nextCheckAt === null ? null : nextCheckAt - this.clock.now();
  }

  /** Answers a check as soon as it is aborted. */
  async end(): Promise<void> {
    const closed = this.monitor.close();
    for (const { answer } of [...this.questions]) answer(null);
    await closed;
    expect([this.clock.pendingTimers, this.most <= 1]).toEqual([0, true]);
  }

  take(): readonly string[] {
    return this.log.splice(0);
  }
}

function watching(): Play {
  const play = new Play();
  play.monitor.serve(pace);
  play.monitor.resume();
  return play;
}

async function unhealthy(): Promise<Play> {
  const play = watching();
  play.monitor.failed();
  await play.answers(noNode);
  play.take();
  return play;
}

describe('a cluster', () => {
  it('is checked at once and then at intervals, one check at a time', async () => {
    const play = watching();
    expect([play.asked, play.nextIn]).toEqual([1, 0]);
    await play.answers(null);
    expect(play.nextIn).toBe(240_000);
    await play.clock.advance(239_999);
    expect(play.asked).toBe(1);
    const { schedules } = play;
    await play.clock.advance(1);
    // The time shown has changed.
    expect([play.asked, play.schedules]).toEqual([2, schedules + 1]);
    await play.clock.advance(600_000);
    expect([play.asked, play.clock.pendingTimers]).toEqual([2, 0]);
  });

  it.each<[string, (play: Play) => void]>([
    ['it is paused', ({ monitor }) => monitor.pause()],
    ['no service monitors it', ({ monitor }) => monitor.serve(null)],
    ['it is closed', ({ monitor }) => void monitor.close()],
  ])('is not checked while %s, and the running check is aborted', async (_, stop) => {
    const play = watching();
    stop(play);
    expect(play.questions[0]?.signal.aborted).toBe(true);
    await play.answers(noNode);
    play.monitor.failed();
    play.monitor.checkNow();
    await play.clock.advance(600_000);
    expect([play.asked, play.clock.pendingTimers, play.monitor.fault, play.take()]).toEqual([1, 0, null, []]);
  });

  it('is not checked before a service monitors it and it can be queried', () => {
    const play = new Play();
    play.monitor.resume();
    play.monitor.failed();
    expect(play.asked).toBe(0);
    play.monitor.pause();
    play.monitor.serve(pace);
    expect(play.asked).toBe(0);
    play.monitor.resume();
    expect(play.asked).toBe(1);
  });

  it('is unhealthy after as many failed checks in a row as the threshold, and healthy after one successful check', async () => {
    const play = watching();
    await play.answers(noNode);
    expect(play.nextIn).toBe(5_000);
    await play.clock.advance(5_000);
    await play.answers(noNode);
    await play.clock.advance(5_000);
    await play.answers(null);
    expect([play.take(), play.nextIn]).toEqual([[], 240_000]);
    await play.clock.advance(240_000);
    for (const last of [false, false, true]) {
      await play.answers(noNode);
      if (!last) await play.clock.advance(5_000);
    }
    expect(play.take()).toEqual(['The cluster prod is unhealthy: no node is ready', 'no node is ready']);
    await play.clock.advance(1_000);
    await play.answers(null);
    expect(play.take()).toEqual(['The cluster prod is healthy again after 1 s', 'healthy']);
  });

  it('is checked after a failure no later than at the regular interval', async () => {
    const play = new Play();
    play.monitor.serve({ intervalMs: 900, failureThreshold: 3 });
    play.monitor.resume();
    await play.answers(noNode);
    expect(play.nextIn).toBe(900);
  });

  it('is unhealthy after one failed check when a service has failed, and checked for services at most every 2 s', async () => {
    const play = watching();
    await play.answers(null);
    play.monitor.failed();
    play.monitor.failed();
    expect(play.nextIn).toBe(2_000);
    await play.clock.advance(2_000);
    await play.answers(noNode);
    expect(play.take()).toHaveLength(2);
  });

  it('is checked forever, at intervals that grow with its outage', async () => {
    const play = await unhealthy();
    const distances: (number | null)[] = [];
    for (const upTo of [0, 32_000, 80_000, 320_000, 7_200_000]) {
      while (play.clock.now() < upTo) {
        await play.clock.advance(play.nextIn ?? 0);
        await play.answers(noNode);
      }
      distances.push(Math.floor((play.nextIn ?? 0) / 1_000));
    }
    expect([distances, play.take()]).toEqual([[1, 1, 2, 10, 60], []]);
  });

  it('reports another fault, and the same fault once', async () => {
    const play = await unhealthy();
    await play.clock.advance(1_000);
    await play.answers(fault('etcd is away'));
    await play.clock.advance(1_000);
    await play.answers(fault('etcd is away'));
    expect(play.take()).toEqual(['The cluster prod is unhealthy: etcd is away', 'etcd is away']);
  });

  it('is checked once for simultaneous requests, and again for requests made during a check', async () => {
    const play = await unhealthy();
    const { asked } = play;
    for (let user = 0; user < 100; user += 1) play.monitor.checkNow();
    expect(play.asked - asked).toBe(1);
    for (let user = 0; user < 100; user += 1) play.monitor.checkNow();
    await play.answers(noNode);
    expect([play.asked - asked, play.questions.length]).toEqual([2, 1]);
    play.monitor.checkNow();
    await play.answers(null);
    expect([play.questions.length, play.nextIn]).toEqual([0, 240_000]);
  });

  it('is not checked on request while it is healthy', async () => {
    const play = watching();
    await play.answers(null);
    play.monitor.checkNow();
    expect([play.asked, play.nextIn]).toEqual([1, 240_000]);
  });

  it('stays unhealthy during a pause and is checked right after it; if it was healthy, at the next interval', async () => {
    const play = await unhealthy();
    play.monitor.pause();
    expect([play.monitor.fault, play.nextIn]).toEqual([noNode, null]);
    play.monitor.resume();
    expect(play.questions).toHaveLength(1);
    await play.answers(null);
    play.monitor.pause();
    play.monitor.resume();
    expect(play.nextIn).toBe(240_000);
  });

  it('is checked as soon as an aborted check has ended, when a service monitors it again', async () => {
    const play = watching();
    play.monitor.pause();
    play.monitor.resume();
    expect(play.questions).toHaveLength(1);
    await play.answers(noNode);
    expect([play.asked, play.questions.length]).toEqual([2, 1]);
  });

  it('ignores service failures from before an aborted check', async () => {
    const play = watching();
    play.monitor.failed();
    play.monitor.pause();
    await play.answers(null);
    play.monitor.resume();
    await play.answers(noNode);
    expect(play.monitor.fault).toBeNull();
  });

  it('is healthy when no service monitors it any more, and adopts another interval', async () => {
    const play = await unhealthy();
    play.monitor.serve(null);
    expect([play.monitor.fault, play.take().at(-1), play.clock.pendingTimers]).toEqual([null, 'healthy', 0]);
    play.monitor.serve(pace);
    await play.answers(null);
    play.monitor.serve({ ...pace, intervalMs: 60_000 });
    expect(play.nextIn).toBe(60_000);
    play.monitor.serve({ ...pace, intervalMs: 90_000 });
    expect(play.nextIn).toBe(90_000);
  });
});
