import { describe, expect, it } from 'vitest';
import { combineErrors, type ConnectError } from './connect-error.ts';

const failure = (code: string, address: string): ConnectError =>
  Object.assign(new Error(`connect ${code} ${address}`), { code, address });
const unreachable = failure('ENETUNREACH', '::1');
const refused = failure('ECONNREFUSED', '10.0.0.1');
const timedOut = failure('ETIMEDOUT', '10.0.0.2');

describe('the error of a failed connection to a name', () => {
  it('is the error itself when the name has one address', () => {
    expect(combineErrors([unreachable])).toBe(unreachable);
  });

  it.each([
    ['that of the first address', [unreachable, timedOut], 'ENETUNREACH', '::1'],
    ['a refusal, if a host has answered', [unreachable, refused], 'ECONNREFUSED', '10.0.0.1'],
  ] as const)('is %s, and includes the errors of all addresses', (_, errors, code, address) => {
    const message = errors.map((error) => error.message).join('; ');
    expect(combineErrors(errors)).toMatchObject({ code, address, message });
  });
});
