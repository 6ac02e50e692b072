/** Trusting host keys: the real daemon, ssh, ssh-keyscan and ssh-keygen, and a real sshd. */
import { lstat, readFile, readlink, rename, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { freePort, startEchoServer } from '../../../e2e/fixtures/servers.ts';
import { startSshd, type Sshd } from '../../../e2e/fixtures/sshd.ts';
import type { HostKeyOffer } from '../../../shared/host-keys.ts';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import { Scope } from '../scope.ts';
import { startDaemon, type RunningDaemon } from './testing/running-daemon.ts';

let scope: Scope;
let sshd: Sshd;
let daemon: RunningDaemon;

beforeEach(async () => {
  scope = new Scope('test');
  sshd = await startSshd();
  scope.own('sshd', () => sshd.dispose());
});

afterEach(() => scope.close());

async function run(connection: object = {}): Promise<void> {
  const echo = await startEchoServer();
  scope.own('echo server', () => echo.stop());
  const service = {
    name: 'db',
    technology: 'ssh',
    local_port: await freePort(),
    remote_port: echo.port,
    health_check: { type: 'tcp', interval: '500ms' },
    connection: { host: '127.0.0.1', port: sshd.port, strict_host_key_checking: 'yes', ...connection },
  };
  daemon = await startDaemon({
    config: JSON.stringify({ version: '1.0', services: [service] }),
    env: { PATH: [sshd.binDirectory, process.env['PATH']].join(path.delimiter) },
  });
  scope.own('daemon', () => daemon.stop());
}

async function until(what: string, isSo: (service: ServiceSnapshot) => boolean): Promise<ServiceSnapshot> {
  let found: ServiceSnapshot | undefined;
  const look = async (): Promise<boolean> => {
    [found] = (await daemon.snapshot()).services;
    return found !== undefined && isSo(found);
  };
  await eventually(what, look, 15_000);
  if (found === undefined) throw new Error('no service');
  return found;
}

const waitsFor = (code: string): Promise<ServiceSnapshot> => until(code, ({ cause }) => cause?.code === code);
const isHealthy = (): Promise<ServiceSnapshot> => until('healthy', ({ health }) => health === 'healthy');
const knownHosts = (): Promise<string> => readFile(sshd.knownHostsFile, 'utf8');

async function look(): Promise<HostKeyOffer> {
  const looked = await daemon.client.request('look-at-host-key', { name: 'db' });
  if (!looked.ok) throw new Error(looked.error.message);
  return looked.value;
}

const trust = (digest: string) => daemon.client.request('trust-host-key', { name: 'db', digest });

describe('a host key that is not known', () => {
  it('is shown and trusted exactly as shown, and the service connects', async () => {
    await writeFile(sshd.knownHostsFile, 'other.example ssh-ed25519 AAAAC3Nz');
    await run();
    const { cause } = await waitsFor('host-key-unknown');
    expect(cause?.action).toEqual({
      kind: 'trust-host-key',
      label: 'Trust Host Key…',
      command: `ssh -p ${sshd.port} 127.0.0.1`,
    });
    const offer = await look();
    expect({ ...offer, digest: '' }).toEqual({
      digest: '',
      host: `[127.0.0.1]:${sshd.port}`,
      file: sshd.knownHostsFile,
      former: [],
      offered: [{ type: 'ED25519', fingerprint: await sshd.hostKeyFingerprint() }],
    });
    expect(await trust(offer.digest)).toEqual({ ok: true, value: {} });
    await isHealthy();
    const [type, base64] = (await sshd.hostPublicKey()).split(' ');
    expect(await knownHosts()).toBe(
      `other.example ssh-ed25519 AAAAC3Nz\n[127.0.0.1]:${sshd.port} ${type} ${base64}\n`,
    );
    expect(await trust(offer.digest)).toMatchObject({ ok: false, error: { code: 'bad-request' } });
  });

  it('is trusted as shown, even if the server has another key by then', async () => {
    await run();
    await waitsFor('host-key-unknown');
    const shown = await look();
    const key = await sshd.hostPublicKey();
    await sshd.replaceHostKey();
    await sshd.restart();
    expect(await trust('another digest')).toMatchObject({ ok: false });
    expect(await knownHosts()).toBe('');
    expect(await trust(shown.digest)).toMatchObject({ ok: true });
    expect(await knownHosts()).toContain(key.split(' ')[1]);
    await waitsFor('host-key-changed');
  });

  it('is written under a hashed name if ssh_config requires that', async () => {
    await sshd.client.addConfig('Host *\n  HashKnownHosts yes');
    await run();
    await waitsFor('host-key-unknown');
    await trust((await look()).digest);
    await isHealthy();
    expect(await knownHosts()).toMatch(/^\|1\|\S+\|\S+ ssh-ed25519 \S+\n$/);
  });

  it('is only requested from a server that ssh reaches directly', async () => {
    await run({ jump: [`127.0.0.1:${sshd.port}`] });
    const { cause } = await waitsFor('host-key-unknown');
    expect(cause?.action).toEqual({
      kind: 'copy-command',
      label: 'Copy ssh Command',
      command: `ssh -p ${sshd.port} 127.0.0.1`,
    });
    expect(await daemon.client.request('look-at-host-key', { name: 'db' })).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('through another host') as string },
    });
    expect(await knownHosts()).toBe('');
  });
});

describe('a host key that has changed', () => {
  it('is shown beside the former key and replaces it, even behind a link', async () => {
    await sshd.trust();
    const former = await sshd.hostKeyFingerprint();
    await sshd.replaceHostKey();
    await sshd.restart();
    const linked = `${sshd.knownHostsFile}.linked`;
    await rename(sshd.knownHostsFile, linked);
    await symlink(linked, sshd.knownHostsFile);
    await run();
    await waitsFor('host-key-changed');
    const offer = await look();
    expect(offer.former).toEqual([{ type: 'ED25519', fingerprint: former }]);
    expect(offer.offered).toEqual([{ type: 'ED25519', fingerprint: await sshd.hostKeyFingerprint() }]);
    expect(await trust(offer.digest)).toMatchObject({ ok: true });
    await isHealthy();
    expect((await lstat(sshd.knownHostsFile)).isSymbolicLink()).toBe(true);
    expect(await readlink(sshd.knownHostsFile)).toBe(linked);
    expect((await knownHosts()).trim().split('\n')).toHaveLength(1);
  });

  it('is requested only for a service that waits for one', async () => {
    await sshd.trust();
    await run();
    await isHealthy();
    expect(await daemon.client.request('look-at-host-key', { name: 'db' })).toMatchObject({
      ok: false,
      error: { message: 'db is not waiting for a host key' },
    });
  });
});
