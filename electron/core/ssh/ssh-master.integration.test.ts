/** What services share on one connection to a real sshd, and what they do not. */
import net from 'node:net';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SshConnection } from '../../../shared/service-spec.ts';
import { describeCause } from '../../../shared/failure.ts';
import { isReaped, signalIfAlive } from '../../../e2e/fixtures/process-tree.ts';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { exchange, freePort } from '../../../e2e/fixtures/servers.ts';
import type { Sshd } from '../../../e2e/fixtures/sshd.ts';
import { systemClock } from '../clock.ts';
import { openStallingRelay } from '../tunnel/testing/stalling-relay.ts';
import { SshWorld } from './testing/ssh-world.ts';
import { stopProcess } from '../transport/testing/stopped-process.ts';
import type { Address, TunnelWorkshop } from '../tunnel/testing/tunnel-workshop.ts';
import type { Carrier } from '../transport/carrier.ts';

let world: SshWorld;
let workshop: TunnelWorkshop;
let sshd: Sshd;

beforeEach(async () => {
  world = await SshWorld.create();
  ({ workshop } = world);
  sshd = await world.start();
});

afterEach(() => world.dispose());

const to = (given: Partial<SshConnection> = {}): SshConnection => world.to(sshd, given);

const logins = (): number => sshd.log.filter((line) => line.includes('Accepted publickey')).length;

/** A persistent connection that echoes again on request. */
async function stay(
  address: Address,
): Promise<{ readonly alive: () => Promise<boolean>; readonly end: () => void }> {
  const socket = net.connect(address as net.NetConnectOpts);
  socket.on('error', () => undefined);
  const answer = (): Promise<boolean> =>
    new Promise((resolve) => {
      socket.once('data', () => resolve(true));
      socket.once('close', () => resolve(false));
      socket.write('x');
    });
  expect(await answer()).toBe(true);
  return { alive: answer, end: () => socket.destroy() };
}

it('logs in once for twenty services', async () => {
  const opened = await Promise.all(Array.from({ length: 20 }, () => workshop.openReady(to())));
  expect(workshop.livingChildren()).toHaveLength(1);
  expect(logins()).toBe(1);
  for (const { address } of opened) expect(await exchange(address, 'hello')).toBe('hello');
});

it('keeps the connections of other services through toggles and failures of one', async () => {
  const other = await workshop.openReady(to());
  const steady = await stay(other.address);
  for (let round = 0; round < 50; round++) {
    const { tunnel, address } = await workshop.openReady(to());
    if (round % 10 === 0) expect(await exchange(address, 'hello')).toBe('hello');
    await tunnel.stop({ force: round % 2 === 0 });
    if (round % 25 === 0)
      await workshop.openReady(to({ remotePort: 1 })).then(({ tunnel: dead }) => dead.stop());
  }
  expect(await steady.alive()).toBe(true);
  expect(logins()).toBe(1);
  steady.end();
});

it('reports to each service its own refusals', async () => {
  const [good, bad] = await Promise.all([
    workshop.openReady(to()),
    workshop.openReady(to({ remotePort: await freePort() })),
  ]);
  const complaints: string[] = [];
  good.tunnel.onComplaint(() => complaints.push('good'));
  bad.tunnel.onComplaint(({ title }) => complaints.push(`bad: ${title}`));
  await exchange(bad.address, 'x').catch(() => undefined);
  await eventually('the complaint', () => complaints.length > 0);
  expect(complaints).toEqual([
    expect.stringMatching(/^bad: The tunnel is up, but .* refused the connection$/),
  ]);
});

it('ends all tunnels for one cause when its process is killed, and one login restores all', async () => {
  const opened = await Promise.all([1, 2, 3].map(() => workshop.openReady(to())));
  const { pid } = opened[0]!.tunnel;
  signalIfAlive(pid ?? 0, 'SIGKILL');
  const causes = await Promise.all(opened.map(async ({ tunnel }) => (await tunnel.ended).cause));
  expect(causes).toEqual([causes[0], causes[0], causes[0]]);
  expect(causes[0]).toMatchObject({ code: 'killed' });
  await Promise.all([1, 2, 3].map(() => workshop.openReady(to())));
  expect(logins()).toBe(2);
});

it('is probed once for all its users, and a stopped one is left to those that still use it', async () => {
  const [first, second] = [await workshop.openReady(to()), await workshop.openReady(to())];
  const { pid } = first.tunnel;
  await stopProcess(pid ?? 0);
  const proofs = await Promise.all([first, second].map(({ tunnel }) => tunnel.proveTransport(1_000)));
  expect(proofs).toMatchObject([{ kind: 'dead' }, { kind: 'dead' }]);
  const third = await workshop.openReady(to());
  expect(third.tunnel.pid).not.toBe(pid);
  expect(await exchange(third.address, 'hello')).toBe('hello');
  // A tunnel that has left a suspect connection does not keep it.
  await Promise.all([first, second].map(({ tunnel }) => tunnel.stop()));
  await eventually('the stopped one is gone', () => isReaped(pid ?? 0));
});

it('opens another one beside a silent one, and does not return to the silent one', async () => {
  const first = await workshop.openReady(to());
  await sshd.freezeSessions(true);
  expect(await first.tunnel.proveTransport(500)).toEqual({ kind: 'silent' });
  const second = await workshop.openReady(to());
  expect(second.tunnel.pid).not.toBe(first.tunnel.pid);
  await sshd.freezeSessions(false);
  expect(await first.tunnel.proveTransport(5_000)).toEqual({ kind: 'alive' });
  const third = await workshop.openReady(to());
  expect(third.tunnel.pid).toBe(second.tunnel.pid);
});

it('is not found after its folder was removed, and a new one is opened', async () => {
  const first = await workshop.openReady(to());
  await rm(workshop.runtimeDirectory, { recursive: true });
  const lost = workshop.open(to());
  expect(await lost.ready).toMatchObject({ ok: false, error: { code: 'exited' } });
  const second = await workshop.openReady(to());
  expect(second.tunnel.pid).not.toBe(first.tunnel.pid);
});

it('leaves no file behind when it is stopped while it opens its control socket', async () => {
  // As OpenSSH 9.2 does: it binds a longer name, and is ended before that is linked to the one asked for.
  const program = `#!/bin/sh
while [ "$1" != -S ]; do shift; done
: > "$2.AbCdEfGhIjKlMnOp"
exec sleep 60
`;
  await writeFile(path.join(world.client.binDirectory, 'ssh'), program);
  const tunnel = workshop.open(to());
  await eventually('the longer name', async () => (await workshop.filesLeft()).length > 0);
  await tunnel.stop();
  await workshop.closeShared();
  expect(await workshop.filesLeft()).toEqual([]);
});

it('is not shared by services with other login settings', async () => {
  const tunnels: Carrier[] = [];
  for (const given of [{}, { keyFile: world.client.keyFile }, { strictHostKeyChecking: 'yes' as const }])
    tunnels.push((await workshop.openReady(to(given))).tunnel);
  expect(new Set(tunnels.map(({ pid }) => pid)).size).toBe(3);
});

it("opens no forward of the user's ssh_config, and ignores its odd options", async () => {
  const port = await freePort();
  await world.client.addConfig(`Host odd
  HostName ${sshd.host}
  Port ${sshd.port}
  LocalForward ${port} 127.0.0.1:${world.echo.port}
  DynamicForward ${await freePort()}
  RemoteForward ${await freePort()} 127.0.0.1:${world.echo.port}
  ControlPersist yes
  ForkAfterAuthentication yes
  RemoteCommand false
  LocalCommand false
  PermitLocalCommand yes
  RequestTTY force
  VisualHostKey yes
  LogLevel QUIET
  Tunnel no`);
  const { tunnel, address } = await workshop.openReady(to({ host: 'odd', port: null }));
  expect(await exchange(address, 'hello')).toBe('hello');
  await expect(exchange({ host: '127.0.0.1', port }, 'x')).rejects.toThrow(/ECONNREFUSED/);
  expect(workshop.livingChildren()).toHaveLength(1);
  expect(tunnel.pid).not.toBeNull();
});

it('opens another one for a service that the user restarts, and for a service with `share: false`', async () => {
  const first = await workshop.openReady(to());
  const alone = await workshop.openReady(to(), false, { isAlone: true, name: 'alone' });
  const again = await workshop.openReady(to(), false, { isAlone: true, name: 'alone, too' });
  expect(new Set([first, alone, again].map(({ tunnel }) => tunnel.pid)).size).toBe(3);
  const { pid } = alone.tunnel;
  await alone.tunnel.stop();
  expect(isReaped(pid ?? 0)).toBe(true);

  await eventually('it is old', () => Promise.resolve(systemClock.wallNow() - first.openedAt > 2_100));
  // Turning a service on, or giving it another target, is not a restart.
  const other = await workshop.openReady(to(), true, { name: 'other' });
  const elsewhere = await workshop.openReady(to({ remotePort: 1 }), true);
  expect([other.tunnel.pid, elsewhere.tunnel.pid]).toEqual([first.tunnel.pid, first.tunnel.pid]);
  const restarted = await workshop.openReady(to(), true);
  const too = await workshop.openReady(to(), true, { name: 'other' });
  expect(restarted.tunnel.pid).not.toBe(first.tunnel.pid);
  expect(too.tunnel.pid).toBe(restarted.tunnel.pid);
  expect(await exchange(first.address, 'untouched')).toBe('untouched');
});

it('does not share a connection attempt that began before the network changed', async () => {
  const relay = await openStallingRelay(sshd.port);
  await relay.stall();
  const stuck = workshop.open(to({ port: relay.port }));
  workshop.interrupted();
  const anew = workshop.open(to({ port: relay.port }));
  await stuck.stop();
  await relay.resume();
  expect(await anew.ready).toMatchObject({ ok: true });
  await anew.stop();
  await workshop.closeShared();
  relay.dispose();
});

it('is given up at once when its process is stopped', async () => {
  const first = await workshop.openReady(to());
  first.tunnel.condemn?.(describeCause('stopped'));
  const second = await workshop.openReady(to());
  expect(second.tunnel.pid).not.toBe(first.tunnel.pid);
});
