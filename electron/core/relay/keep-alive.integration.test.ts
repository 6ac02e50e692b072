import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { keepAliveDelayMs } from './keep-alive.ts';
import { PortFixture, until } from './testing/port-fixture.ts';

let fixture: PortFixture;
beforeEach(async () => {
  fixture = await PortFixture.create();
});
afterEach(() => fixture.scope.close());

/** From the kernel's documentation of proc_net_tcp: timer 2 is the keepalive timer, in jiffies of 10 ms. */
async function keepAliveMsOf(local: number, remote: number): Promise<number | null> {
  const hex = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0');
  const lines = (await readFile('/proc/net/tcp', 'utf8')).split('\n').map((line) => line.trim().split(/\s+/));
  const found = lines.find(
    ([, from, to]) => from?.endsWith(`:${hex(local)}`) === true && to?.endsWith(`:${hex(remote)}`) === true,
  );
  const [timer, left = ''] = found?.[5]?.split(':') ?? [];
  return timer === '02' ? parseInt(left, 16) * 10 : null;
}

it.runIf(process.platform === 'linux')('keeps both sides of an idle connection alive', async () => {
  const local = await fixture.open();
  const remote = await fixture.remoteEnd(undefined, 'tcp');
  local.setUpstream({ tunnelId: 't', trialMs: null, endpoint: remote.endpoint });
  const client = await fixture.client();
  client.socket.write('x');
  await until(() => expect(remote.accepted).toHaveLength(1));
  const clientPort = client.socket.localPort ?? 0;
  const relayPort = remote.accepted[0]?.socket.remotePort ?? 0;
  const remotePort = remote.endpoint.kind === 'tcp' ? remote.endpoint.port : 0;
  await vi.waitFor(async () => {
    const left = [await keepAliveMsOf(fixture.port, clientPort), await keepAliveMsOf(relayPort, remotePort)];
    for (const ms of left) {
      expect(ms).toBeGreaterThan(keepAliveDelayMs - 10_000);
      expect(ms).toBeLessThanOrEqual(keepAliveDelayMs);
    }
  });
});
