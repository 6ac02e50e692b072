import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ControlEvent } from '../../../shared/control-contract.ts';
import { systemClock as clock } from '../clock.ts';
import type { ControlSink } from '../control/control-handlers.ts';
import { openLogStore, type LogStore } from '../observability/log-store.ts';
import { streamLogs } from './log-stream.ts';

let directory: string;
let logs: LogStore;

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'log-stream-'));
  mkdirSync(path.join(directory, 'services'));
  logs = openLogStore({ directory, clock, level: 'info' });
});

afterEach(() => {
  logs.close();
  rmSync(directory, { recursive: true });
});

const query = { tailLines: null, since: null, until: null, grep: null };
const seconds = (i: number): string => new Date(Date.UTC(2026, 0, 1) + i * 1000).toISOString();

/** A client that reads at its own pace: `onSent` is called for each event, and `clear` waits for `reads`. */
function client(reads: () => Promise<void> = () => Promise.resolve()) {
  const controller = new AbortController();
  const lines: string[] = [];
  const sink: ControlSink<ControlEvent<'logs'>> = {
    signal: controller.signal,
    send: (event) => void lines.push(...event.lines.map((line) => line.slice(31))),
    clear: reads,
    offer: () => undefined,
  };
  return { controller, lines, sink };
}

describe('streaming logs', () => {
  it('does not block: a hundred large logs are searched in small steps', async () => {
    const services = Array.from({ length: 100 }, (_, i) => `s${i}`);
    const text = Array.from({ length: 12_000 }, (_, i) => `${seconds(i)} info  line ${'x'.repeat(50)}\n`);
    for (const name of services) writeFileSync(logs.servicePath(name), text.join(''));
    const { lines, sink } = client();
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const params = { query: { ...query, services, grep: 'nothing like it' }, follow: false };
    expect(await streamLogs({ logs, known: new Set(services) }, params, sink)).toEqual({ ok: true });
    delay.disable();
    expect(lines).toEqual([]);
    // In ms; reading all of it at once took more than a second.
    expect(delay.max / 1e6).toBeLessThan(200);
  });

  it('neither loses nor repeats a line between reading and following', async () => {
    const total = 4_000;
    const log = logs.service('db');
    for (let i = 0; i < total / 2; i++) log.info(`line ${i}`);
    let next = total / 2;
    const reads = async (): Promise<void> => {
      // The service keeps logging while the client reads.
      for (let i = 0; i < 100 && next < total; i++) log.info(`line ${next++}`);
      await new Promise((resolve) => setImmediate(resolve));
    };
    const { controller, lines, sink } = client(reads);
    const params = { query: { ...query, services: ['db'] }, follow: true };
    const done = streamLogs({ logs, known: new Set(['db']) }, params, sink);
    while (lines.length < total / 2) await new Promise((resolve) => setImmediate(resolve));
    while (next < total) log.info(`line ${next++}`);
    logs.close();
    controller.abort();
    await done;
    expect(lines).toEqual(Array.from({ length: total }, (_, i) => `line ${i}`));
  });

  it('waits for a client that does not read, and ends with it', async () => {
    const log = logs.service('db');
    for (let i = 0; i < 5_000; i++) log.info(`line ${i}`);
    const { controller, lines, sink } = client(
      () =>
        new Promise((resolve) => {
          sink.signal.addEventListener('abort', () => {
            resolve();
          });
        }),
    );
    const params = { query: { ...query, services: ['db'] }, follow: true };
    const done = streamLogs({ logs, known: new Set(['db']) }, params, sink);
    while (lines.length === 0) await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    expect(await done).toEqual({ ok: true, value: undefined });
    expect(lines).toHaveLength(500);
  });
});
