import { expect, it } from 'vitest';
import { describeCause } from '../../../shared/failure.ts';
import { err, ok } from '../../../shared/result.ts';
import { referenceText } from './secret-reader.ts';
import { SecretStore } from './secret-store.ts';

const op = 'op://vault/db/password';
const keychain = 'keychain:db';

function storeOf(answers: (string | null)[]) {
  const reads: string[] = [];
  const found: string[] = [];
  const store = new SecretStore({
    read: (reference) => {
      reads.push(referenceText(reference));
      const answer = answers.shift() ?? null;
      return Promise.resolve(answer === null ? err(describeCause('secret-unreadable')) : ok(answer));
    },
    onFound: (value) => found.push(value),
  });
  const resolve = async (password: string): Promise<string> => {
    const result = await store.resolve(password);
    return result.ok ? result.value : result.error.code;
  };
  return { store, resolve, reads, found };
}

it('returns a plain password unchanged', async () => {
  const { resolve, reads } = storeOf([]);
  expect(await resolve('hush')).toBe('hush');
  expect(reads).toEqual([]);
});

it('reads op only when the user has asked, once for all services that share it', async () => {
  const { store, resolve, reads, found } = storeOf(['s1']);
  expect(await resolve(op)).toBe('secret-not-read');
  store.allow([op]);
  expect(await Promise.all([resolve(op), resolve(op)])).toEqual(['s1', 's1']);
  store.allow([op]);
  expect(await resolve(op)).toBe('s1');
  expect(reads).toEqual([op]);
  expect(found).toEqual(['s1']);
});

it('does not call op again without the user after a failure or a refused login', async () => {
  const { store, resolve, reads } = storeOf([null, 's1', 's2']);
  store.allow([op]);
  expect(await resolve(op)).toBe('secret-unreadable');
  expect(await resolve(op)).toBe('secret-not-read');
  store.allow([op]);
  expect(await resolve(op)).toBe('s1');
  store.refuse(op);
  expect(await resolve(op)).toBe('s1');
  store.allow([op]);
  expect(await resolve(op)).toBe('s2');
  expect(reads).toHaveLength(3);
});

it('reads the keychain on demand, and again when the user retries or the password was refused', async () => {
  const { store, resolve, reads } = storeOf(['s1', 's2', 's3']);
  expect([await resolve(keychain), await resolve(keychain)]).toEqual(['s1', 's1']);
  store.allow([keychain]);
  expect(await resolve(keychain)).toBe('s2');
  store.refuse(keychain);
  expect(await resolve(keychain)).toBe('s3');
  expect(reads).toHaveLength(3);
});
