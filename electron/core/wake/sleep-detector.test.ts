import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { SleepDetector, tickIntervalMs, type SleepInput } from './sleep-detector.ts';

type Step =
  | SleepInput
  /** The process runs on for so many ms, without a tick. */
  | { readonly run: number }
  /** The wall clock is set, or the computer sleeps with a monotonic clock that stops, as on Linux. */
  | { readonly wall: number };

const second = 1000;
const hour = 3600 * second;
const tick: readonly Step[] = [{ run: tickIntervalMs }, 'tick'];
const asleep: Step = { wall: hour };
/** With a monotonic clock that goes on during sleep, as on macOS. */
const asleepOnMac: Step = { run: hour };

async function changesOf(steps: readonly Step[]): Promise<string[]> {
  const clock = new FakeClock();
  const changes: string[] = [];
  const detector = new SleepDetector(clock, {
    onSuspended: () => changes.push('suspended'),
    onWoke: () => changes.push('woke'),
  });
  for (const step of steps) {
    if (typeof step === 'string') detector.take(step);
    else if ('run' in step) await clock.advance(step.run);
    else clock.jumpWall(step.wall);
  }
  return changes;
}

const none: readonly string[] = [];
const oneSleep = ['suspended', 'woke'];

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
      'a sleep without any event where the monotonic clock goes on',
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
    ['nothing for a small correction of the clock', [...tick, { wall: 2 * second }, ...tick], none],
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
      fc.record({ wall: fc.integer({ min: -hour, max: hour }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const changes = await changesOf(steps);
        expect(changes).toEqual(changes.map((_, i) => oneSleep[i % 2]));
      }),
    );
  });

  it('reports one suspended and one woke for each sleep, however its events arrive', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(sleepStory, { maxLength: 6 }), async (stories) => {
        const changes = await changesOf(stories.flat());
        expect(changes).toEqual(stories.flatMap(() => oneSleep));
      }),
    );
  });
});

const twiceAtMost = (event: SleepInput) =>
  fc.integer({ min: 0, max: 2 }).map((times) => Array<Step>(times).fill(event));
const correction: fc.Arbitrary<readonly Step[]> = fc
  .integer({ min: -hour, max: 4 * second })
  .map((wall) => [{ wall }, ...tick]);
const awake = fc
  .array(fc.oneof(fc.constant(tick), correction), { minLength: 1, maxLength: 5 })
  .map((t) => t.flat());

/** Some time awake, then a sleep whose events come in time, late, twice or never, then as many ticks as prove it over. */
const sleepStory: fc.Arbitrary<readonly Step[]> = fc
  .record({
    awake,
    before: twiceAtMost('suspend'),
    sleep: fc.record({ isMac: fc.boolean(), ms: fc.integer({ min: 20 * second, max: 9 * hour }) }),
    noticed: fc.constantFrom<readonly Step[]>([], ['tick']),
    late: twiceAtMost('suspend'),
    after: twiceAtMost('resume'),
  })
  .map(({ awake, before, sleep, noticed, late, after }) => [
    ...awake,
    ...before,
    sleep.isMac ? { run: sleep.ms } : { wall: sleep.ms },
    ...noticed,
    ...late,
    ...after,
    ...Array.from({ length: 13 }, () => tick).flat(),
  ]);
