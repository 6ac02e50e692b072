import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { processIsRunning } from '../../process/testing/process-watch.ts';
import type { ExecProbeSpec } from './exec-probe.ts';
import { ask, causeOf, testLauncher, type AskOptions } from './testing/ask.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'exec-probe-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** No program listens on the endpoint: a command connects on its own. */
const endpoint = { kind: 'tcp', host: '127.0.0.1', port: 1 } as const;
const sh = (script: string): ExecProbeSpec => ({
  type: 'exec',
  argv: ['/bin/sh', '-c', script, 'sh', folder],
});
const check = (spec: ExecProbeSpec, options: AskOptions = {}): Promise<unknown> =>
  causeOf(ask(endpoint, spec, { timeoutMs: 5000, ...options }), spec);

const writtenPid = async (): Promise<number> => {
  const file = path.join(folder, 'pid');
  await expect.poll(() => Number(safeRead(file)), { timeout: 5000 }).toBeGreaterThan(0);
  return Number(safeRead(file));
};

const safeRead = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};

describe('exec probe', () => {
  it('passes with exit code 0, and reports how long the command took', async () => {
    const result = await ask(endpoint, sh('exit 0'), { timeoutMs: 5000 });
    expect(result).toEqual({ kind: 'passed', tookMs: expect.any(Number) as number });
  });

  it('fails with any other exit code, and shows the last line of output', async () => {
    expect(await check(sh('echo first >&2; echo "no route to db" >&2; echo >&2; exit 3'))).toEqual([
      'check-failed',
      'The check command exited with code 3',
      'no route to db',
    ]);
    expect(await check(sh('exit 1'))).toEqual(['check-failed', 'The check command exited with code 1', null]);
    expect(await check(sh('kill -USR1 $$'))).toContain('The check command was terminated by SIGUSR1');
  });

  it('reports which program is missing, and that another tunnel would not help', async () => {
    const spec: ExecProbeSpec = { type: 'exec', argv: ['no-such-program', 'x'] };
    expect(await check(spec)).toEqual([
      'binary-missing',
      'no-such-program was not found',
      expect.stringContaining('ENOENT'),
    ]);
    expect(await check({ type: 'exec', argv: [folder] })).toMatchObject({ 0: 'config-invalid' });
  });

  it('passes arguments unchanged, without a shell', async () => {
    const spec: ExecProbeSpec = {
      type: 'exec',
      argv: ['/usr/bin/test', '$(echo a); *', '=', '$(echo a); *'],
    };
    expect(await check(spec)).toBe('passed');
  });

  it('kills the command and its descendants at the deadline', async () => {
    const spec = sh('trap "" TERM; sleep 60 & echo $! > "$1/pid"; wait');
    const startedAt = performance.now();
    const result = check(spec, { timeoutMs: 700 });
    const pid = await writtenPid();
    expect(await result).toEqual([
      'timed-out',
      'The check command did not finish within 700 ms',
      'the check command did not finish within 700 ms',
    ]);
    expect(performance.now() - startedAt).toBeLessThan(2500);
    expect([processIsRunning(pid), testLauncher.alive()]).toEqual([false, []]);
  });

  it('kills the command at once when the check is canceled', async () => {
    const cancellation = new AbortController();
    const result = check(sh('trap "" TERM; echo $$ > "$1/pid"; sleep 60 & wait'), {
      signal: cancellation.signal,
      timeoutMs: 60_000,
    });
    const pid = await writtenPid();
    const canceledAt = performance.now();
    cancellation.abort();
    expect(await result).toBe('canceled');
    expect(performance.now() - canceledAt).toBeLessThan(500);
    expect([processIsRunning(pid), testLauncher.alive()]).toEqual([false, []]);
  });

  it('runs nothing if it is canceled first', async () => {
    const signal = AbortSignal.abort();
    expect(await check(sh('echo $$ > "$1/pid"'), { signal })).toBe('canceled');
    expect(safeRead(path.join(folder, 'pid'))).toBe('');
  });

  it('keeps little output of a command that never stops printing', async () => {
    const endless = sh('yes "nothing to report, and at length" >&2');
    const before = process.memoryUsage().rss;
    expect(await check(endless, { timeoutMs: 800 })).toContain('timed-out');
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
  });
});
