import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterEach, describe, expect, it } from 'vitest';
import { sleep, systemClock } from '../clock.ts';
import { silentLogger } from '../observability/logger.ts';
import { GroupLauncher } from './child-launcher.ts';
import { askChild } from './child-query.ts';
import type { ChildProcess, ChildRequest } from './child-process.ts';
import { maxLinesPerSecond } from './line-quota.ts';
import { programs } from './testing/misbehaving-programs.ts';

const launcher = new GroupLauncher({
  clock: systemClock,
  log: silentLogger,
  environment: () => ({ PATH: process.env['PATH'] ?? '' }),
  registries: [],
});

afterEach(() => launcher.stopAll({ force: true }));

const launch = (argv: ChildRequest['argv']): ChildProcess => launcher.launch({ name: 'test child', argv });

function linesOf(child: ChildProcess): readonly string[] {
  const lines: string[] = [];
  child.onLine((_stream, line) => lines.push(line));
  return lines;
}

/** The 95th percentile of the event loop's turns while `work` runs, in ms. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  const delays = monitorEventLoopDelay({ resolution: 5 });
  delays.enable();
  await work;
  delays.disable();
  return delays.percentile(95) / 1e6;
}

describe('the lines of a child', () => {
  it.each(['printsLineBreaksForever', 'printsLinesForever', 'printsErrorsForever'] as const)(
    'do not block the event loop, however many they are: %s',
    async (program) => {
      const argv = programs[program];
      const lines = linesOf(launch(argv));
      const others = Array.from({ length: 5 }, async () => {
        const other = launch(['/bin/sh', '-c', 'sleep 0.5; echo here']);
        const said = linesOf(other);
        await other.exited;
        return said;
      });
      const turnMs = await turnsDuring(sleep(systemClock, 1_500));
      expect(turnMs).toBeLessThan(100);
      expect(await Promise.all(others)).toEqual(Array(5).fill(['here']));
      expect(lines.length).toBeLessThan(4 * maxLinesPerSecond);
    },
  );

  it('are dropped beyond a thousand per second, with a line that says so; the first and the last are delivered', async () => {
    const child = launch(programs.printsFiveThousandErrors);
    const lines = linesOf(child);
    const { exitCode, lastLines } = await child.exited;
    const numbers = (from: number, to: number): string[] =>
      Array.from({ length: to - from + 1 }, (_, index) => String(from + index));
    expect([exitCode, lastLines]).toEqual([1, numbers(4981, 5000)]);
    expect(lines).toEqual([...numbers(1, 1000), '3,980 lines dropped', ...numbers(4981, 5000)]);
  });

  it('are all delivered with `keepsEveryLine`', async () => {
    const terms = { launcher, clock: systemClock, timeoutMs: 5_000, signal: new AbortController().signal };
    const answer = await askChild({ name: 'question', argv: ['seq', '5000'] }, terms);
    expect(answer).toMatchObject({ kind: 'answered', exit: { exitCode: 0 } });
    expect(answer.kind === 'answered' && answer.output.length).toBe(5_000);
  });

  it('are delivered again in the next second, after a flood', async () => {
    const script = 'seq 5000; sleep 1.5; echo ready';
    const child = launch(['/bin/sh', '-c', script]);
    const lines = linesOf(child);
    await child.exited;
    expect(lines.at(-1)).toBe('ready');
    expect(lines.filter((line) => line.endsWith('dropped'))).toEqual(['3,980 lines dropped']);
  });
});
