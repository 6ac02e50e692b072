import { expect, it } from 'vitest';
import { describeCause } from '../../../shared/failure.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { err, ok } from '../../../shared/result.ts';
import { silentLogger } from '../observability/logger.ts';
import { AnswerMemory } from '../prompts/answer-memory.ts';
import { SecretStore } from '../secrets/secret-store.ts';
import { settle } from '../testing/fake-clock.ts';
import { withSecrets } from './secret-carrier.ts';
import { serviceWith, sshConnection, tcpConnection } from '../tunnel/testing/service-specs.ts';
import type { Endpoint } from '../connect/endpoint.ts';
import type { Carrier, CarrierEnd } from '../transport/carrier.ts';
import { loginOf } from '../transport/transport-key.ts';

const endpoint: Endpoint = { kind: 'unix', path: '/run/1.sock' };
const missing = describeCause('secret-missing', { what: 'bastion' });

/** An adapter whose tunnels end with `end`, and a keychain that answers on request. */
function world(end: CarrierEnd | null) {
  const opened: (string | null)[] = [];
  let answer: (value: string | null) => void = () => undefined;
  const store = new SecretStore({
    read: () =>
      new Promise((resolve) => {
        answer = (value) => {
          resolve(value === null ? err(missing) : ok(value));
        };
      }),
    onFound: () => undefined,
  });
  const memory = new AnswerMemory();
  const carriers = withSecrets(
    ({ id, service: { connection } }): Carrier => {
      opened.push(connection.technology === 'ssh' ? connection.password : connection.technology);
      return {
        id,
        pid: 4242,
        ready: Promise.resolve(end === null ? ok(endpoint) : err(end.cause ?? missing)),
        ended: end === null ? new Promise(() => undefined) : Promise.resolve(end),
        onComplaint: (listener) => {
          listener(describeCause('target-refused'));
        },
        proveTransport: () => Promise.resolve({ kind: 'alive' }),
        stop: () => Promise.resolve({ cause: null, exitCode: 0, signal: null, lastLines: [] }),
      };
    },
    store,
    { memory, isAttended: true, mayAnswer: true },
  );
  const reports = {
    onRefusal: () => undefined,
    onListenRefused: () => undefined,
    services: () => [],
    onUserNeeded: () => undefined,
  };
  const openFor = (service: ServiceSpec): Carrier =>
    carriers({ id: 't#1', service, log: silentLogger, forced: false }, reports);
  const open = (password: string): Carrier => openFor(serviceWith(sshConnection({ password })));
  return { open, openFor, opened, memory, answer: (value: string | null) => answer(value) };
}

it('starts nothing before the password is known, and then with it', async () => {
  const { open, opened, answer } = world(null);
  const tunnel = open('keychain:bastion');
  const complaints: string[] = [];
  tunnel.onComplaint(({ code }) => complaints.push(code));
  await settle();
  expect(opened).toEqual([]);
  expect(tunnel.pid).toBeNull();
  expect(await tunnel.proveTransport(10)).toEqual({ kind: 'unprovable' });
  answer('hush');
  expect(await tunnel.ready).toEqual(ok(endpoint));
  expect(opened).toEqual(['hush']);
  expect(tunnel.pid).toBe(4242);
  expect(await tunnel.proveTransport(10)).toEqual({ kind: 'alive' });
  expect(complaints).toEqual(['target-refused']);
});

it('fails when the password cannot be read', async () => {
  const { open, opened, answer } = world(null);
  const tunnel = open('keychain:bastion');
  await settle();
  answer(null);
  const end = await tunnel.ended;
  expect(end).toMatchObject({
    cause: { code: 'secret-missing' },
    exitCode: null,
    signal: null,
    lastLines: [],
  });
  expect(await tunnel.ready).toEqual(err(end.cause));
  expect(opened).toEqual([]);
});

it('stops at once while the password is being read, and starts nothing afterwards', async () => {
  const { open, opened, answer } = world(null);
  const tunnel = open('keychain:bastion');
  await settle();
  expect(await tunnel.stop()).toMatchObject({ cause: null });
  expect(await tunnel.ready).toMatchObject({ ok: false });
  answer('hush');
  await settle();
  expect(opened).toEqual([]);
});

it('suggests how to correct a keychain password that was refused', async () => {
  const cause = describeCause('auth-failed', { host: 'bastion', usedPassword: true, evidence: 'denied' });
  const { open, answer } = world({ cause, exitCode: 255, signal: null, lastLines: [] });
  const tunnel = open('keychain:bastion');
  await settle();
  answer('hush');
  const expected = describeCause('auth-failed', {
    host: 'bastion',
    usedPassword: true,
    evidence: 'denied',
    command: 'localport secret set bastion',
  });
  const ready = await tunnel.ready;
  expect(ready).toEqual(err(expected));
  expect((await tunnel.ended).cause).toBe(ready.ok ? null : ready.error);
});

it("does not blame a stored password for the user's input", async () => {
  const cause = describeCause('auth-failed', { host: 'bastion', askedUser: true });
  const { open, answer } = world({ cause, exitCode: 255, signal: null, lastLines: [] });
  const tunnel = open('keychain:bastion');
  await settle();
  answer('hush');
  expect((await tunnel.ended).cause).toBe(cause);
});

it('leaves other services unchanged', () => {
  const { open, openFor, opened } = world(null);
  open('plain');
  openFor(serviceWith(tcpConnection()));
  expect(opened).toEqual(['plain', 'tcp']);
});

it('reads nothing if the user is prompted for the password instead', () => {
  const { openFor, opened, memory } = world(null);
  const connection = sshConnection({ password: 'keychain:bastion' });
  memory.replaceStored(loginOf(connection));
  openFor(serviceWith(connection));
  expect(opened).toEqual(['keychain:bastion']);
});

it('offers to prompt for a password that is not in the keychain', async () => {
  const { open, answer } = world(null);
  const tunnel = open('keychain:bastion');
  answer(null);
  const ready = await tunnel.ready;
  expect(ready.ok ? null : ready.error).toMatchObject({
    code: 'secret-missing',
    action: { kind: 'log-in', label: 'Enter Password…', replacesStored: true },
  });
});
