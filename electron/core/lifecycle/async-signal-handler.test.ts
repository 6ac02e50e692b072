import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../observability/logger.ts';
import { settle } from '../testing/fake-clock.ts';
import { AsyncSignalHandler, type HandledSignal } from './async-signal-handler.ts';

describe('AsyncSignalHandler', () => {
  let source: EventEmitter;
  let seen: string[];
  let errors: string[];
  let reloading: { finish: () => void }[];
  let handler: AsyncSignalHandler;

  beforeEach(() => {
    source = new EventEmitter();
    seen = [];
    errors = [];
    reloading = [];
    handler = new AsyncSignalHandler(
      source,
      {
        reload: () => {
          seen.push('reload');
          return new Promise((finish) => reloading.push({ finish }));
        },
        dump: async () => void seen.push('dump'),
        stop: async (signal) => void seen.push(`stop by ${signal}`),
        force: async (signal) => void seen.push(`force by ${signal}`),
      },
      { ...silentLogger, error: (message) => errors.push(message.split('\n')[0]!) },
    );
    handler.install();
  });

  async function send(...signals: HandledSignal[]): Promise<void> {
    for (const signal of signals) source.emit(signal, signal);
    await settle();
  }

  async function finishReload(): Promise<void> {
    reloading.shift()!.finish();
    await settle();
  }

  it('reloads on HUP and on USR1, every time', async () => {
    for (const signal of ['SIGHUP', 'SIGUSR1', 'SIGHUP'] as const) {
      await send(signal);
      await finishReload();
    }
    expect(seen).toEqual(['reload', 'reload', 'reload']);
  });

  it('runs one reload at a time; a burst during a reload causes one more', async () => {
    await send('SIGHUP');
    await send('SIGHUP', 'SIGUSR1', 'SIGHUP');
    expect(seen).toEqual(['reload']);
    await finishReload();
    expect(seen).toEqual(['reload', 'reload']);
    await finishReload();
    expect(seen).toEqual(['reload', 'reload']);
    await send('SIGHUP');
    expect(seen).toEqual(['reload', 'reload', 'reload']);
  });

  it('stops on the first TERM or INT and forces on every one after it', async () => {
    await send('SIGINT');
    await send('SIGTERM', 'SIGINT');
    expect(seen).toEqual(['stop by SIGINT', 'force by SIGTERM', 'force by SIGINT']);
  });

  it('no longer reloads while stopping, but still dumps', async () => {
    await send('SIGHUP', 'SIGHUP');
    await send('SIGTERM');
    await finishReload();
    await send('SIGHUP', 'SIGUSR2');
    expect(seen).toEqual(['reload', 'stop by SIGTERM', 'dump']);
  });

  it('runs no action inside the signal handler itself', async () => {
    source.emit('SIGUSR2', 'SIGUSR2');
    expect(seen).toEqual([]);
    await settle();
    expect(seen).toEqual(['dump']);
  });

  it('survives an action that fails', async () => {
    const failing = new AsyncSignalHandler(
      source,
      {
        reload: () => Promise.reject(new Error('bad file')),
        dump: () => {
          throw new Error('disk full');
        },
        stop: () => Promise.resolve(),
        force: () => Promise.resolve(),
      },
      { ...silentLogger, error: (message) => errors.push(message.split('\n')[0]!) },
    );
    handler.uninstall();
    failing.install();
    await send('SIGHUP', 'SIGUSR2');
    await send('SIGHUP');
    expect(errors).toEqual([
      'reload failed: Error: bad file',
      'dump failed: Error: disk full',
      'reload failed: Error: bad file',
    ]);
  });

  it('is installed once, however often `install` is called, and uninstalled completely', async () => {
    handler.install();
    await send('SIGUSR2');
    expect(seen).toEqual(['dump']);
    handler.uninstall();
    expect(source.eventNames()).toEqual([]);
  });
});
