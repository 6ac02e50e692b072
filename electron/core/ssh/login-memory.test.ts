import { describe, expect, it } from 'vitest';
import { describeCause } from '../../../shared/failure.ts';
import { LoginMemory, type LoginRequest } from './login-memory.ts';

const refused = describeCause('auth-failed', { host: 'bastion' });
const request = (login: string, more: Partial<LoginRequest> = {}): LoginRequest => ({
  login,
  host: 'bastion',
  requestedAt: 0,
  forced: false,
  ...more,
});

describe('the memory of logins', () => {
  it('refuses a login that failed, with its cause, for 60 s and then for 5 minutes each time', () => {
    const logins = new LoginMemory();
    expect(logins.refusal(request('a'), 0)).toBeNull();
    logins.failed(request('a'), refused, 1_000);
    expect(logins.refusal(request('a'), 60_999)).toBe(refused);
    expect(logins.refusal(request('a'), 61_000)).toBeNull();
    logins.failed(request('a'), refused, 61_000);
    expect(logins.refusal(request('a'), 360_999)).toBe(refused);
    expect(logins.refusal(request('a'), 361_000)).toBeNull();
    logins.worked(request('a'));
    logins.failed(request('a'), refused, 400_000);
    expect(logins.refusal(request('a'), 460_000)).toBeNull();
  });

  it('lets another login try 6 s after a failed one, and one that works at once', () => {
    const logins = new LoginMemory();
    logins.worked(request('good'));
    logins.failed(request('a'), refused, 1_000);
    expect(logins.refusal(request('b'), 1_000)).toBeNull();
    expect(logins.notBefore(request('b'))).toBe(7_000);
    expect(logins.notBefore(request('good'))).toBe(-Infinity);
    expect(logins.notBefore(request('b', { host: 'elsewhere' }))).toBe(-Infinity);
  });

  it('lets a forced retry through, but not beyond a failure that came after', () => {
    const logins = new LoginMemory();
    logins.failed(request('a'), refused, 1_000);
    const forcedRequest = request('a', { forced: true, requestedAt: 2_000 });
    expect(logins.refusal(forcedRequest, 2_000)).toBeNull();
    expect(logins.notBefore(forcedRequest)).toBe(-Infinity);
    logins.failed(request('a'), refused, 2_100);
    expect(logins.refusal(forcedRequest, 2_200)).toBe(refused);
    expect(logins.notBefore(forcedRequest)).toBe(8_100);
  });

  it('retries after 60 s when a forced login fails, too', () => {
    const logins = new LoginMemory();
    logins.failed(request('a'), refused, 1_000);
    logins.failed(request('a', { forced: true, requestedAt: 2_000 }), refused, 2_100);
    expect(logins.refusal(request('a'), 62_099)).toBe(refused);
    expect(logins.refusal(request('a'), 62_100)).toBeNull();
  });

  it('lets others log in at once if only the host key was wrong', () => {
    const logins = new LoginMemory();
    const unknown = describeCause('host-key-unknown');
    logins.failed(request('a'), unknown, 1_000);
    expect(logins.refusal(request('a'), 1_000)).toBe(unknown);
    expect(logins.notBefore(request('b'))).toBe(-Infinity);
  });

  it('ignores network failures', () => {
    const logins = new LoginMemory();
    logins.failed(request('a'), describeCause('connection-refused'), 1_000);
    expect(logins.refusal(request('a'), 1_000)).toBeNull();
    expect(logins.notBefore(request('b'))).toBe(-Infinity);
  });

  it('drops the oldest of many', () => {
    const logins = new LoginMemory();
    for (let n = 0; n <= 256; n++) logins.failed(request(`login ${String(n)}`), refused, 0);
    expect(logins.refusal(request('login 0'), 1)).toBeNull();
    expect(logins.refusal(request('login 1'), 1)).toBe(refused);
  });
});
