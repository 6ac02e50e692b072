import { describe, expect, it } from 'vitest';
import { describeCause } from '../../../shared/failure.ts';
import { LoginMemory, type LoginWish } from './login-memory.ts';

const refused = describeCause('auth-failed', { host: 'bastion' });
const wish = (login: string, more: Partial<LoginWish> = {}): LoginWish => ({
  login,
  host: 'bastion',
  wishedAt: 0,
  insisted: false,
  ...more,
});

describe('the memory of logins', () => {
  it('refuses a login that failed, with its cause, for 60 s and then for 5 minutes each time', () => {
    const logins = new LoginMemory();
    expect(logins.refusal(wish('a'), 0)).toBeNull();
    logins.failed(wish('a'), refused, 1_000);
    expect(logins.refusal(wish('a'), 60_999)).toBe(refused);
    expect(logins.refusal(wish('a'), 61_000)).toBeNull();
    logins.failed(wish('a'), refused, 61_000);
    expect(logins.refusal(wish('a'), 360_999)).toBe(refused);
    expect(logins.refusal(wish('a'), 361_000)).toBeNull();
    logins.worked(wish('a'));
    logins.failed(wish('a'), refused, 400_000);
    expect(logins.refusal(wish('a'), 460_000)).toBeNull();
  });

  it('lets another login try 6 s after a failed one, and one that works at once', () => {
    const logins = new LoginMemory();
    logins.worked(wish('good'));
    logins.failed(wish('a'), refused, 1_000);
    expect(logins.refusal(wish('b'), 1_000)).toBeNull();
    expect(logins.notBefore(wish('b'))).toBe(7_000);
    expect(logins.notBefore(wish('good'))).toBe(-Infinity);
    expect(logins.notBefore(wish('b', { host: 'elsewhere' }))).toBe(-Infinity);
  });

  it('allows a forced login, but not after a later failure', () => {
    const logins = new LoginMemory();
    logins.failed(wish('a'), refused, 1_000);
    const insisting = wish('a', { insisted: true, wishedAt: 2_000 });
    expect(logins.refusal(insisting, 2_000)).toBeNull();
    expect(logins.notBefore(insisting)).toBe(-Infinity);
    logins.failed(wish('a'), refused, 2_100);
    expect(logins.refusal(insisting, 2_200)).toBe(refused);
    expect(logins.notBefore(insisting)).toBe(8_100);
  });

  it('retries after 60 s when a forced login fails, too', () => {
    const logins = new LoginMemory();
    logins.failed(wish('a'), refused, 1_000);
    logins.failed(wish('a', { insisted: true, wishedAt: 2_000 }), refused, 2_100);
    expect(logins.refusal(wish('a'), 62_099)).toBe(refused);
    expect(logins.refusal(wish('a'), 62_100)).toBeNull();
  });

  it('lets others log in at once if only the host key was wrong', () => {
    const logins = new LoginMemory();
    const unknown = describeCause('host-key-unknown');
    logins.failed(wish('a'), unknown, 1_000);
    expect(logins.refusal(wish('a'), 1_000)).toBe(unknown);
    expect(logins.notBefore(wish('b'))).toBe(-Infinity);
  });

  it('ignores network failures', () => {
    const logins = new LoginMemory();
    logins.failed(wish('a'), describeCause('connection-refused'), 1_000);
    expect(logins.refusal(wish('a'), 1_000)).toBeNull();
    expect(logins.notBefore(wish('b'))).toBe(-Infinity);
  });

  it('drops the oldest of many', () => {
    const logins = new LoginMemory();
    for (let n = 0; n <= 256; n++) logins.failed(wish(`login ${String(n)}`), refused, 0);
    expect(logins.refusal(wish('login 0'), 1)).toBeNull();
    expect(logins.refusal(wish('login 1'), 1)).toBe(refused);
  });
});
