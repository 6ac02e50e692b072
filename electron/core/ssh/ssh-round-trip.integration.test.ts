import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import { hello, muxRequestId, muxTypes, packet, uint32 } from '../mux/mux-packet.ts';
import { roundTripThrough } from './ssh-round-trip.ts';

let folder: string;
let control: net.Server;
let probe: net.Server;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'localport-round-trip-'));
});

afterEach(async () => {
  await Promise.all([control, probe].map((server) => new Promise((resolve) => server.close(resolve))));
  await rm(folder, { recursive: true });
});

/** Like an ssh master whose server refuses each probe. `onProbe` is called before the refusal. */
async function master(onProbe: () => void): Promise<(deadlineMs: number) => Promise<{ kind: string }>> {
  const [controlPath, probeSocket] = [path.join(folder, 'c'), path.join(folder, 'p')];
  control = net.createServer((client) => {
    client.on('error', () => undefined).resume();
    client.write(Buffer.concat([hello(), packet(uint32(muxTypes.ok), uint32(muxRequestId))]));
  });
  probe = net.createServer((client) => {
    onProbe();
    client.resume().end();
  });
  for (const [server, at] of [
    [control, controlPath],
    [probe, probeSocket],
  ] as const)
    await new Promise<void>((resolve) => server.listen(at, resolve));
  return roundTripThrough({ controlPath, probeSocket, clock: systemClock });
}

it('proves the transport by a refusal, unless ssh is ending', async () => {
  let isEnding = false;
  const prove = await master(() => {
    if (isEnding) control.close();
  });
  expect(await prove(5_000)).toEqual({ kind: 'alive' });
  isEnding = true;
  expect(await prove(5_000)).toEqual({ kind: 'silent' });
});
