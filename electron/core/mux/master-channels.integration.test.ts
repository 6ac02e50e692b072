/** Control connections for channels, on a control socket that a test closes. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { Scope } from '../scope.ts';
import { MasterChannels } from './master-channels.ts';

const scope = new Scope('test');
afterEach(() => scope.close());

it('makes a new connection when the previous one has closed', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'channels-'));
  scope.own('folder', () => rm(folder, { recursive: true }));
  const controlPath = path.join(folder, 'c');
  const server = net.createServer((socket) => socket.destroy()).listen(controlPath);
  scope.own('server', () => void server.close());
  await once(server, 'listening');
  const channels = new MasterChannels();
  const first = channels.at(controlPath);
  expect(channels.at(controlPath)).toBe(first);
  const opened = await first.open({ host: 'db', port: 1 }, new AbortController().signal);
  expect(opened).toMatchObject({ ok: false, error: { kind: 'gone' } });
  const second = channels.at(controlPath);
  expect(second).not.toBe(first);
  await second.ended;
});
