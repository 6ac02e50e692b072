import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, watch } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import { TaskManager } from '../lifecycle/task-manager.ts';
import { silentLogger } from '../observability/logger.ts';
import { Scope } from '../scope.ts';
import { FakeClock } from './fake-clock.ts';
import { expectNothingLeftOpen } from './leak-check.ts';
import { openResources } from './open-resources.ts';

it('names everything that is still open, and passes once it is closed', async () => {
  const before = openResources();
  const folder = mkdtempSync(path.join(tmpdir(), 'leaks-'));
  const scope = new Scope('of the test');
  const clock = new FakeClock();
  const timer = clock.after(500, () => undefined);
  const realTimer = systemClock.after(60_000, () => undefined);
  const task = new TaskManager({ clock, log: silentLogger }).run(
    'waits',
    (signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
  );
  const watcher = watch(folder);
  const server = createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  // Node does not wait for it, but it still runs.
  child.unref();

  const leaks = await expectNothingLeftOpen(before).catch((error: unknown) => String(error));
  expect(leaks).toContain('scope of the test: owns nothing');
  expect(leaks).toContain('timer of a FakeClock, 500 ms before it is due');
  expect(leaks).toContain('Timeout');
  expect(leaks).toMatch(/timer of 60000 ms, at \S*leak-check\.integration\.test\.ts/);
  expect(leaks).toContain('task waits');
  expect(leaks).toContain('FSWatcher');
  expect(leaks).toContain(`server at {"address":"127.0.0.1","family":"IPv4","port":${port}}`);
  expect(leaks).toContain(`→ 127.0.0.1:${port}`);
  expect(leaks).toContain(`child process ${child.pid}: sleep 60`);

  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  socket.destroy();
  server.close();
  watcher.close();
  timer.cancel();
  realTimer.cancel();
  await Promise.all([exited, task.cancel(), scope.close()]);
  rmSync(folder, { recursive: true });
  await expectNothingLeftOpen(before);
});
