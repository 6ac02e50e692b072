import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { SleepDetector, tickIntervalMs, type SleepInput } from './sleep-detector.ts';

type Step =
  | SleepInput
  /** The process runs for this many ms, without a tick. */
  | { readonly run: number }
  /** The computer sleeps with a monotonic clock that stops, as on Linux. */
  | { readonly sleep: number }
  /** The wall clock is set. */
  | { readonly wall: number };

const second = 1000;
const hour = 3600 * second;
const tick: readonly Step[] = [{ run: tickIntervalMs }, 'tick'];
const asleep: Step = { sleep: hour };
/** With a monotonic clock that continues during sleep, as on macOS. */
const asleepOnMac: Step = { run: hour };

async function changesOf(steps: readonly Step[]): Promise<string[]> {
  const clock = new FakeClock();
  const changes: string[] = [];
  const detector = new SleepDetector(clock, (change) =>
    changes.push(change.kind === 'suspended' || change.certain ? change.kind : 'perhaps woke'),
  );
  for (const step of steps) {
    if (typeof step === 'string') detector.take(step);
    else if ('run' in step) await clock.advance(step.run);
    else if ('sleep' in step) clock.sleep(step.sleep);
    else clock.setWall(step.wall);
  }
  return changes;
}

const none: readonly string[] = [];
const oneSleep = ['suspended', 'woke'];
const oneStall = ['suspended', 'perhaps woke'];

describe('SleepDetector', () => {
  it.each<[string, readonly Step[], readonly string[]]>([
    ['nothing while the computer is awake', [...tick, ...tick, ...tick], none],
    ['one sleep from its events', ['suspend', asleep, 'resume', ...tick], oneSleep],
    [
      'one sleep from events that come twice',
      ['suspend', 'suspend', asleep, 'resume', 'resume', ...tick],
      oneSleep,
    ],
    ['a sleep without any event', [...tick, asleep, ...tick], oneSleep],
    [
      'a sleep without any event where the monotonic clock continues',
      [...tick, asleepOnMac, ...tick],
      oneSleep,
    ],
    ['a sleep whose suspend was missed', [...tick, asleep, 'resume', 'resume', ...tick], oneSleep],
    ['a sleep whose suspend comes after the wake', [...tick, asleep, 'suspend', 'resume', ...tick], oneSleep],
    [
      'one sleep when a tick sees it before its events arrive',
      [...tick, asleepOnMac, 'tick', 'suspend', 'resume', ...tick],
      oneSleep,
    ],
    ['a suspend that has no resume yet', ['suspend', asleep, ...tick, ...tick], ['suspended']],
    ['no wake in a dark wake', ['suspend', asleep, ...tick, asleep, ...tick, asleep], ['suspended']],
    [
      'a wake whose resume never came, once timers have run for two minutes',
      ['suspend', asleep, ...Array.from({ length: 14 }, () => tick).flat()],
      oneSleep,
    ],
    ['nothing for a resume without a sleep', ['resume', ...tick, 'resume'], none],
    ['nothing for a clock set back', [...tick, { wall: -hour }, ...tick, ...tick], none],
    ['nothing for a clock set forward', [...tick, { wall: 9 * hour }, ...tick, ...tick], none],
    ['nothing for a nap of four seconds', [...tick, { sleep: 4 * second }, ...tick], none],
    ['a process that was stopped as an uncertain wake', [...tick, { run: 15 * second }, ...tick], oneStall],
    ['a stop of many minutes as a sleep', [...tick, { run: 400 * second }, ...tick], oneSleep],
    [
      'a short sleep of a Mac whose events arrive in time as certain',
      [...tick, 'suspend', { run: 20 * second }, 'resume', ...tick],
      oneSleep,
    ],
    [
      'a short sleep of a Mac that a tick sees first as certain once its event arrives',
      [...tick, { run: 20 * second }, 'tick', 'resume', ...tick],
      [...oneStall, ...oneSleep],
    ],
    ['nothing for a tick that comes a little late', [{ run: tickIntervalMs + 4 * second }, 'tick'], none],
    [
      'two sleeps as two',
      ['suspend', asleep, 'resume', ...tick, 'suspend', asleep, 'resume'],
      [...oneSleep, ...oneSleep],
    ],
    ['a suspend soon after an event-told wake', ['suspend', 'resume', 'suspend'], [...oneSleep, 'suspended']],
  ])('reports %s', async (_, steps, expected) => {
    expect(await changesOf(steps)).toEqual(expected);
  });

  it('alternates whatever happens', async () => {
    const step: fc.Arbitrary<Step> = fc.oneof(
      fc.constantFrom<SleepInput>('tick', 'suspend', 'resume'),
      fc.record({ run: fc.integer({ min: 0, max: 300 * second }) }),
      fc.record({ sleep: fc.integer({ min: 0, max: hour }) }),
      fc.record({ wall: fc.integer({ min: -hour, max: hour }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const changes = (await changesOf(steps)).map((change) => change.replace('perhaps ', ''));
        expect(changes).toEqual(changes.map((_, i) => oneSleep[i % 2]));
      }),
    );
  });

  it('reports one suspended and one certain wake for each sleep, however its events arrive', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(sleepStory, { maxLength: 6 }), async (stories) => {
        const changes = await changesOf(stories.flat());
        expect(changes).toEqual(stories.flatMap(() => oneSleep));
      }),
    );
  });

  it('reports nothing certain of any stop or clock change while the computer is awake', async () => {
    const step: fc.Arbitrary<Step> = fc.oneof(
      fc.constant<SleepInput>('tick'),
      fc.record({ run: fc.integer({ min: 0, max: 250 * second }) }),
      fc.record({ wall: fc.integer({ min: -24 * hour, max: 24 * hour }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        // A tick after each step: a stop is as long as its step.
        const changes = await changesOf(steps.flatMap((step) => [step, 'tick'] as const));
        expect(changes).not.toContain('woke');
      }),
    );
  });
});

const twiceAtMost = (event: SleepInput) =>
  fc.integer({ min: 0, max: 2 }).map((times) => Array<Step>(times).fill(event));
const correction: fc.Arbitrary<readonly Step[]> = fc
  .integer({ min: -hour, max: hour })
  .map((wall) => [{ wall }, ...tick]);
const awake = fc
  .array(fc.oneof(fc.constant(tick), correction), { minLength: 1, maxLength: 5 })
  .map((t) => t.flat());

/** Some time awake, then a sleep whose events come in time, late, twice or never, then enough ticks to prove its end. */
const sleepStory: fc.Arbitrary<readonly Step[]> = fc
  .record({
    awake,
    before: twiceAtMost('suspend'),
    sleep: fc.record({ isMac: fc.boolean(), ms: fc.integer({ min: 320 * second, max: 9 * hour }) }),
    noticed: fc.constantFrom<readonly Step[]>([], ['tick']),
    late: twiceAtMost('suspend'),
    after: twiceAtMost('resume'),
  })
  .map(({ awake, before, sleep, noticed, late, after }) => [
    ...awake,
    ...before,
    sleep.isMac ? { run: sleep.ms } : { sleep: sleep.ms },
    ...noticed,
    ...late,
    ...after,
    ...Array.from({ length: 13 }, () => tick).flat(),
  ]);
