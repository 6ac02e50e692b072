import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { duplexPair } from 'node:stream';
import { expect, it } from 'vitest';
import { makeSocketPair } from '../mux/socket-pair.ts';
import { joinChannel } from './joined-channel.ts';

it('closes a client whose channel closed before the two were joined', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'joined-'));
  const { ours, theirs } = await makeSocketPair(path.join(folder, 'x.pair'));
  const [channel] = duplexPair();
  channel.destroy();
  await once(channel, 'close');
  const left = new Promise((resolve) =>
    ours
      .on('error', () => undefined)
      .once('close', resolve)
      .resume(),
  );
  ours.end('a question');
  joinChannel(theirs, channel);
  await left;
  expect(theirs.destroyed).toBe(true);
  await rm(folder, { recursive: true });
});
