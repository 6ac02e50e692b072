import net from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { freePort, startEchoServer } from '../../../e2e/fixtures/servers.ts';
import { sleep, systemClock as clock } from '../clock.ts';
import { compileInProcess, inProcess } from '../config/in-process-compiler.ts';
import { Scope } from '../scope.ts';
import { startDaemon } from './testing/running-daemon.ts';

let scope: Scope;
beforeEach(() => {
  scope = new Scope('test');
});
afterEach(() => scope.close());

const paceMs = 5;
/** Other load makes a round trip longer, never shorter: the best of several reloads shows the daemon's own share. */
const reloads = 5;

/** The longest round trip, in ms, through the port while `work` continues: a byte every 5 ms, when the last one is back. */
async function longestRoundTrip(port: number, work: () => Promise<void>): Promise<number> {
  const socket = net.connect({ host: '127.0.0.1', port, noDelay: true });
  await once(socket, 'connect');
  const over = new AbortController();
  let longestMs = 0;
  const exchanging = (async () => {
    while (!over.signal.aborted) {
      const sentAt = performance.now();
      socket.write('x');
      await once(socket, 'data');
      longestMs = Math.max(longestMs, performance.now() - sentAt);
      await sleep(clock, paceMs);
    }
  })();
  await work();
  over.abort();
  await exchanging;
  socket.destroy();
  return longestMs;
}

it('a config of 1,000 services is loaded without holding up the bytes of a forward', async () => {
  const echo = await startEchoServer();
  scope.own('echo server', () => echo.stop());
  const port = await freePort();
  const write = (generation: number): string => {
    const others = Array.from({ length: 999 }, (_, index) => {
      const description = index === generation ? `changed ${generation}` : 'one of many';
      return `  - name: other-${index}
    technology: ssh
    enabled: false
    local_port: ${30_000 + index}
    remote_port: 5432
    tags: [data, team-${index % 7}]
    description: ${description}
    connection: {host: bastion.example.com, user: me, remote_host: db-${index}.internal}
    health_check: {type: postgres, interval: 30, timeout: 5, config: {user: me, password: \${PASSWORD_${index}:secret}}}
`;
    });
    const forward = `  - {name: db, technology: tcp, local_port: ${port}, remote_port: ${echo.port}, connection: {host: 127.0.0.1}}\n`;
    return `version: "1.0"\nservices:\n${forward}${others.join('')}`;
  };
  const daemon = await startDaemon({ config: write(0), env: {} });
  scope.own('daemon', () => daemon.stop());
  await eventually('the forward is up', async () => (await daemon.snapshot()).services[0]?.phase === 'up');
  const stalls: number[] = [];
  for (let generation = 1; generation <= reloads; generation++) {
    const { loads } = daemon;
    const stallMs = await longestRoundTrip(port, async () => {
      daemon.save(write(generation), 'by rename');
      await eventually('it is loaded', () => daemon.loads > loads);
      // Resolves when the loaded config is in force.
      await daemon.client.request('reload', {});
    });
    stalls.push(stallMs);
  }
  const compilations: number[] = [];
  for (let generation = 1; generation <= reloads; generation++) {
    const startedAt = performance.now();
    await compileInProcess(
      write(generation),
      { path: '/localport.yaml', env: {}, homeDirectory: '/' },
      inProcess.signal,
    );
    compilations.push(performance.now() - startedAt);
  }
  expect(Math.min(...stalls)).toBeLessThan(Math.min(...compilations) / 2);
  const changed = (await daemon.snapshot()).services.find(({ name }) => name === `other-${reloads}`);
  expect(changed?.description).toBe(`changed ${reloads}`);
}, 120_000);
