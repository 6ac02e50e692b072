import { expect, it } from 'vitest';
import { createContext } from './command-line.ts';
import { startManaged } from './host-relaunch.ts';
import type { ServiceManager } from './service-manager.ts';
import { testSurroundings } from './testing/test-context.ts';

it('leaves the daemon to its manager after Ctrl-C, instead of stopping and loading it again', async () => {
  const interruption = new AbortController();
  const told: string[] = [];
  const step = (name: string) => () => {
    told.push(name);
    interruption.abort();
    return Promise.resolve(null);
  };
  const manager = { start: step('start'), unload: step('unload'), load: step('load') };
  const context = createContext({ color: false }, testSurroundings({ signal: interruption.signal }));
  await expect(startManaged(context, manager as unknown as ServiceManager)).rejects.toThrow();
  expect(told).toEqual(['start']);
});
