/** Services on the user's own ssh master: a real one, a real sshd, and a killed LocalPort. */
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import net from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SshConnection } from '../../../shared/service-spec.ts';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { isReaped } from '../../../e2e/fixtures/process-tree.ts';
import { echoChecksums, exchange, freePort, startChecksumServer } from '../../../e2e/fixtures/servers.ts';
import type { Sshd } from '../../../e2e/fixtures/sshd.ts';
import { prepareUserMaster, type UserMaster } from '../../../e2e/fixtures/user-master.ts';
import { Scope } from '../scope.ts';
import { SshWorld } from './testing/ssh-world.ts';
import { continueProcess, stopProcess } from '../transport/testing/stopped-process.ts';

let scope: Scope;
let world: SshWorld;
let sshd: Sshd;
let master: UserMaster;

beforeEach(async () => {
  scope = new Scope('test');
  world = await SshWorld.create();
  sshd = await world.start();
  master = await prepareUserMaster(sshd, world.workshop.runtimeDirectory);
  scope.own("the user's master", () => master.kill('SIGKILL'));
});

afterEach(async () => {
  await scope.close();
  await world.dispose();
});

/** As ssh_config names it: no port, no user. */
const by = (given: Partial<SshConnection> = {}): SshConnection => ({
  ...world.to(sshd, given),
  host: 'bastion',
  port: null,
  user: null,
  usesOwnMaster: true,
});

const logins = (): number => sshd.log.filter((line) => line.includes('Accepted publickey')).length;

it('is used without a login and without a process of ours, in both directions and to the end', async () => {
  await master.start();
  const { tunnel, address } = await world.workshop.openReady(by());
  expect(tunnel.pid).toBeNull();
  expect(world.workshop.livingChildren()).toEqual([]);
  const { sent, received } = await echoChecksums(address, 16 * 1024 * 1024);
  expect(received).toBe(sent);
  const checksum = await startChecksumServer();
  scope.own('server', () => checksum.stop());
  const half = await world.workshop.openReady(by({ remotePort: checksum.port }));
  expect(await exchange(half.address, 'half')).toBe(createHash('sha256').update('half').digest('hex'));
  expect(await tunnel.proveTransport(1_000)).toEqual({ kind: 'alive' });
  await Promise.all([tunnel.stop(), half.tunnel.stop()]);
  expect(await master.ask('check')).toBe(true);
  expect(logins()).toBe(1);
});

it('carries fifty connections at once, and one that does not read stops no other', async () => {
  await master.start();
  const { address } = await world.workshop.openReady(by());
  const lazy = net.connect(address as net.NetConnectOpts).pause();
  scope.own('client', () => void lazy.destroy());
  lazy.on('error', () => undefined).write(Buffer.alloc(8 * 1024 * 1024));
  const all = await Promise.all(Array.from({ length: 50 }, () => echoChecksums(address, 200_000)));
  for (const { sent, received } of all) expect(received).toBe(sent);
});

it('survives refusals, which count as answers', async () => {
  await master.start();
  const { tunnel, address } = await world.workshop.openReady(by({ remotePort: await freePort() }));
  const complaints: string[] = [];
  tunnel.onComplaint(({ title }) => complaints.push(title));
  await exchange(address, 'x').catch(() => undefined);
  await eventually('the complaint', () => complaints.length > 0);
  expect(complaints).toEqual([expect.stringMatching(/refused the connection$/)]);
  expect(await tunnel.proveTransport(1_000)).toEqual({ kind: 'alive' });
  await tunnel.stop();
  expect(await master.ask('check')).toBe(true);
  expect(isReaped(master.pid ?? 0)).toBe(false);
});

it('is reported as missing with the command that opens it', async () => {
  const cause = await world.workshop.openFailing(by());
  expect(cause).toMatchObject({
    code: 'master-missing',
    title: 'You have no open ssh connection to bastion',
    evidence: `${master.controlPath} does not exist`,
    remedy: 'Open one with ssh -fNM bastion; the service connects as soon as it is there',
    recheck: 'port',
  });
  const elsewhere = await world.workshop.openFailing({ ...by(), user: 'me', port: 2222 });
  expect(elsewhere.remedy).toContain('ssh -fNM -l me -p 2222 bastion');
  const pathless = await world.workshop.openFailing({ ...by(), host: 'other' });
  expect(pathless).toMatchObject({ code: 'control-path-missing' });
});

it('ends its tunnels when it is killed or told to exit', async () => {
  await master.start();
  const killed = await world.workshop.openReady(by(), false, { holdTimeoutMs: 300 });
  await master.kill('SIGKILL');
  // Its socket file stays: a client notices.
  await exchange(killed.address, 'x').catch(() => undefined);
  expect((await killed.tunnel.ended).cause).toMatchObject({ code: 'master-missing' });

  await rm(master.controlPath, { force: true });
  await master.start();
  const other = await world.workshop.openReady(by());
  expect(await master.ask('exit')).toBe(true);
  expect((await other.tunnel.ended).cause).toMatchObject({ code: 'master-missing' });
});

it('is silent while its process is stopped, and alive again afterwards', async () => {
  await master.start();
  const { tunnel } = await world.workshop.openReady(by());
  await stopProcess(master.pid ?? 0);
  expect(await tunnel.proveTransport(300)).toEqual({ kind: 'silent' });
  await continueProcess(master.pid ?? 0);
  expect(await tunnel.proveTransport(5_000)).toEqual({ kind: 'alive' });
  expect(await master.ask('check')).toBe(true);
});

it('is offered when a login of our own is refused, and not once it is gone', async () => {
  await master.start();
  const { usesOwnMaster: _, ...own } = by();
  const refused = { ...own, user: 'stranger' };
  const cause = await world.workshop.openFailing(refused);
  expect(cause).toMatchObject({
    code: 'auth-failed',
    remedy: 'You have an open ssh connection to bastion: write control_path: user in the config to use it',
  });
  // Its socket stays.
  await master.kill('SIGKILL');
  const { cause: later } = await world.workshop.open(refused, true).ended;
  expect(later?.remedy).toMatch(/^Check the user and the key/);
});
