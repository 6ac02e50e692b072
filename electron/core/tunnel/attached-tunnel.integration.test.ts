/** What a forward leaves behind when it is stopped while it opens. */
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { err, ok } from '../../../shared/result.ts';
import { systemClock as clock } from '../clock.ts';
import type { SshMux } from '../mux/ssh-mux.ts';
import { silentLogger } from '../observability/logger.ts';
import type { OwnAttachment } from '../transport/carrier-attachment.ts';
import { CarrierLife } from '../transport/carrier-life.ts';
import { SshForward } from './ssh-forward.ts';
import { SshReverseForward } from './ssh-reverse-forward.ts';
import { serviceWith, sshConnection } from './testing/service-specs.ts';

let runtimeDirectory: string;

beforeEach(async () => {
  runtimeDirectory = await mkdtemp(path.join(os.tmpdir(), 'localport-run-'));
});

afterEach(() => rm(runtimeDirectory, { recursive: true }));

/** A master that is ready. */
function readyMaster(): OwnAttachment {
  const { ended } = new CarrierLife();
  return {
    pid: 1,
    openedInMs: 0,
    ready: Promise.resolve(ok({ kind: 'unix', path: '/master' })),
    ended,
    prove: () => Promise.resolve({ kind: 'unprovable' }),
    roundTrip: () => Promise.resolve(),
    condemn: () => undefined,
    onRefusal: () => undefined,
    onListenRefused: () => () => undefined,
    detach: () => Promise.resolve(),
  };
}

const request = { id: 'db#1.1', service: serviceWith(sshConnection({})), log: silentLogger };
const target = { host: 'localhost', port: 1 };
const done = () => Promise.resolve(ok(undefined));

/** The kinds of files that are left, by how many turns of the event loop came before the moment. */
async function leftAfter(
  tryAt: (passTurns: () => Promise<void>) => Promise<unknown>,
): Promise<readonly string[]> {
  const left: string[] = [];
  for (let turns = 0; turns < 20; turns += 1) {
    await tryAt(async () => {
      for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
    });
    for (const file of await readdir(runtimeDirectory)) {
      left.push(`${path.extname(file)} after ${turns} turns`);
      await rm(path.join(runtimeDirectory, file));
    }
  }
  return left;
}

it('is no socket of a master that ends before it answers, whatever the moment', async () => {
  const left = await leftAfter(async (passTurns) => {
    const stopping = new AbortController();
    const mux: SshMux = {
      open: async (_, forward) => {
        await once(stopping.signal, 'abort');
        await passTurns();
        if ('listenPath' in forward) await writeFile(forward.listenPath, '');
        return err({ kind: 'gone', reason: 'closed' });
      },
      close: done,
    };
    const parts = { clock, mux, attachment: readyMaster(), runtimeDirectory };
    const tunnel = new SshForward(request, { ...parts, to: target });
    await new Promise(setImmediate);
    const stopped = tunnel.stop();
    stopping.abort();
    await stopped;
  });
  expect(left).toEqual([]);
});

it('is no link of a reverse forward, whatever the moment', async () => {
  const left = await leftAfter(async (passTurns) => {
    const tunnel = new SshReverseForward(request, {
      ...{ clock, mux: { open: done, close: done }, attachment: readyMaster(), runtimeDirectory },
      ...{ holders: new Map(), listen: target, server: { host: 'h', port: null, jump: [] }, target },
    });
    await passTurns();
    await tunnel.stop();
  });
  expect(left).toEqual([]);
});
