import { expect, it } from 'vitest';
import { err, ok } from '../../../shared/result.ts';
import { describeCause } from '../../../shared/failure.ts';
import type { TargetProbe } from '../../../shared/service-spec.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import type { ProbeRequest, ProbeResult } from './probe.ts';
import { withSecretPasswords } from './secret-probe.ts';
import { SecretStore } from '../secrets/secret-store.ts';

const redis = (password: string | null): TargetProbe => ({
  type: 'redis',
  user: null,
  password,
  tls: false,
  verifySsl: true,
  caFile: null,
  servername: 'localhost',
});

const request = (spec: TargetProbe): ProbeRequest => ({
  endpoint: { kind: 'unix', path: '/run/1.sock' },
  spec,
  timeoutMs: 1_000,
  signal: new AbortController().signal,
  clock: new FakeClock(),
});

const passed: ProbeResult = { kind: 'passed', tookMs: 1 };
const refused: ProbeResult = {
  kind: 'failed',
  finding: 'WRONGPASS',
  failure: { kind: 'answered', answer: { code: 'check-refused', title: 'Redis refused the login' } },
};

/** A probe that accepts only one password, and records the passwords that it was given. */
function probing(right: string, stored: (string | null)[]) {
  const given: unknown[] = [];
  const store = new SecretStore({
    read: () => {
      const value = stored.shift() ?? null;
      return Promise.resolve(
        value === null
          ? err(describeCause('secret-missing', { what: 'cache', command: 'localport secret set cache' }))
          : ok(value),
      );
    },
    onFound: () => undefined,
  });
  const probe = withSecretPasswords(({ spec }) => {
    const password = 'password' in spec ? spec.password : undefined;
    given.push(password);
    return Promise.resolve(password === right ? passed : refused);
  }, store);
  return { probe, given };
}

it('logs in with the secret behind a reference, and reads it once', async () => {
  const { probe, given } = probing('hush', ['hush']);
  expect(await probe(request(redis('keychain:cache')))).toEqual(passed);
  expect(await probe(request(redis('keychain:cache')))).toEqual(passed);
  expect(given).toEqual(['hush', 'hush']);
});

it('passes a probe without a reference on unchanged', async () => {
  const { probe, given } = probing('hush', []);
  await probe(request(redis('hush')));
  await probe(request(redis(null)));
  await probe(request({ type: 'tcp' }));
  expect(given).toEqual(['hush', null, undefined]);
});

it('reads a secret again after the server refused it', async () => {
  const { probe, given } = probing('new', ['old', 'new']);
  expect(await probe(request(redis('keychain:cache')))).toEqual(refused);
  expect(await probe(request(redis('keychain:cache')))).toEqual(passed);
  expect(given).toEqual(['old', 'new']);
});

it('does not run without its password, and says what to do', async () => {
  const { probe, given } = probing('hush', [null]);
  const title = 'The keychain has no password cache';
  expect(await probe(request(redis('keychain:cache')))).toEqual({
    kind: 'failed',
    finding: title,
    failure: {
      kind: 'not-made',
      obstacle: expect.objectContaining({ code: 'secret-missing', title }) as unknown,
    },
  });
  expect(given).toEqual([]);
});
