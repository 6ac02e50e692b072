import { expect } from 'playwright/test';
import type { ForwardName } from '../fixtures/remote-servers.ts';
import { isReaped, signalIfAlive } from '../fixtures/process-tree.ts';
import { eventually } from '../fixtures/eventually.ts';
import { startPolling, type PollingClient } from '../fixtures/polling-client.ts';
import { allHealthy, test } from '../fixtures/running-forwards.ts';
import { exchange } from '../fixtures/servers.ts';
import { openSteadyConnection } from '../fixtures/steady-connection.ts';
import type { RunningApp } from '../fixtures/electron-app.ts';

const host = '127.0.0.1';

async function pidOf(app: RunningApp, name: ForwardName): Promise<number> {
  const { services } = await app.snapshot();
  const pid = services.find((service) => service.name === name)?.pid;
  if (pid === null || pid === undefined) throw new Error(`${name} has no process`);
  return pid;
}

async function killTunnel(app: RunningApp, name: ForwardName): Promise<number> {
  const pid = await pidOf(app, name);
  signalIfAlive(pid, 'SIGKILL');
  await eventually('the tunnel is dead', () => isReaped(pid));
  return pid;
}

for (const name of ['ssh', 'kubectl', 'command'] as const) {
  test.describe(`kill -9 of the ${name} tunnel while a client connects every 10 ms`, () => {
    test.describe('and waits for the server to speak', () => {
      test.use({ target: 'greeting' });

      test('no client is refused and all get answers', async ({ app, remoteServers }) => {
        const client = startPolling({ host, port: remoteServers.ports[name] }, 'greeting');
        const { pid } = await killWhilePolling(app, name, client);
        const { refused, failed } = await client.stop();
        expect({ refused, failed }).toEqual({ refused: 0, failed: [] });
        expect(await pidOf(app, name)).not.toBe(pid);
      });
    });

    test('and sends a request: none is refused, and all requests that begin after the kill get answers', async ({
      app,
      remoteServers,
    }) => {
      const client = startPolling({ host, port: remoteServers.ports[name] }, 'echo');
      const { deadAt } = await killWhilePolling(app, name, client);
      const { refused, failed } = await client.stop();
      // A request that was in flight when the tunnel died is lost with it: sent bytes are never sent again.
      const later = failed.filter(({ startedAt }) => startedAt > deadAt);
      expect({ refused, later }).toEqual({ refused: 0, later: [] });
    });
  });
}

async function killWhilePolling(
  app: RunningApp,
  name: ForwardName,
  client: PollingClient,
): Promise<{ readonly pid: number; readonly deadAt: number }> {
  await eventually('the client is answered', () => client.answered > 20);
  const pid = await killTunnel(app, name);
  const deadAt = performance.now();
  const answeredAtKill = client.answered;
  await eventually('the client is answered again', () => client.answered > answeredAtKill + 50);
  return { pid, deadAt };
}

test('after kill -9, the next tunnel answers every connection that arrives', async ({
  app,
  remoteServers,
}) => {
  for (const name of ['ssh', 'kubectl', 'command'] as const) {
    await killTunnel(app, name);
    const answers = Array.from({ length: 50 }, (_, index) =>
      exchange({ host, port: remoteServers.ports[name] }, `${index}`),
    );
    expect(await Promise.all(answers)).toEqual(Array.from({ length: 50 }, (_, index) => `${index}`));
  }
});

test('LocalPort reconnects to a restarted sshd, and clients wait in the meantime', async ({
  app,
  remoteServers,
}) => {
  await remoteServers.sshd.stop();
  await app.waitForSnapshot('ssh is in trouble', ({ services }) => services[0]?.cause !== null);
  const answer = exchange({ host, port: remoteServers.ports.ssh }, 'patience');
  await remoteServers.sshd.start();
  expect(await answer).toBe('patience');
  await allHealthy(app);
});

test('LocalPort reconnects to a pod that goes and comes back, and shows a cause in between', async ({
  app,
  remoteServers,
}) => {
  remoteServers.kube.removePod('echo-0');
  remoteServers.kube.dropForwards();
  const { services } = await app.waitForSnapshot(
    'kubectl has no pod',
    (snapshot) =>
      snapshot.services[1]?.cause?.code === 'no-ready-pod' ||
      snapshot.services[1]?.cause?.code === 'resource-missing',
    20_000,
  );
  expect(services[1]?.desired).toBe('on');
  remoteServers.kube.addPod('echo-0', { labels: { app: 'echo' } });
  await allHealthy(app, 20_000);
  expect(await exchange({ host, port: remoteServers.ports.kubectl }, 'back')).toBe('back');
});

test('after a sleep, a tunnel that died is replaced, and live connections are untouched', async ({
  app,
  world,
  remoteServers,
}) => {
  const steady = await Promise.all(
    (['kubectl', 'tcp', 'command'] as const).map((name) =>
      openSteadyConnection({ host, port: remoteServers.ports[name] }),
    ),
  );
  const before = await app.snapshot();
  await world.logind.sleep();
  const dead = await killTunnel(app, 'ssh');
  const asleep = await app.waitForSnapshot(
    'ssh waits for the wake',
    ({ services }) => services[0]?.phase === 'waiting',
  );
  expect(asleep.services[0]).toMatchObject({ attempt: 0, cause: { code: 'suspended' } });
  await world.logind.wake();
  await allHealthy(app);
  const after = await app.snapshot();
  expect(await pidOf(app, 'ssh')).not.toBe(dead);
  expect(await exchange({ host, port: remoteServers.ports.ssh }, 'awake')).toBe('awake');
  for (const connection of steady) expect(await connection.echo('untouched')).toBe('untouched');
  for (const connection of steady) connection.close();
  // Power events come twice: one sleep still means one recovery.
  expect((after.services[0]?.restarts ?? 0) - (before.services[0]?.restarts ?? 0)).toBe(1);
});

test('the probe after a sleep detects a tunnel that froze during it', async ({
  app,
  world,
  remoteServers,
}) => {
  const before = await pidOf(app, 'ssh');
  await world.logind.sleep();
  await remoteServers.sshd.freezeSessions(true);
  await world.logind.wake();
  await app.waitForSnapshot('ssh has another tunnel', ({ services }) => {
    const pid = services[0]?.pid ?? before;
    return pid !== before && services[0]?.health === 'healthy';
  });
  expect(await exchange({ host, port: remoteServers.ports.ssh }, 'thawed')).toBe('thawed');
  await remoteServers.sshd.freezeSessions(false);
});
