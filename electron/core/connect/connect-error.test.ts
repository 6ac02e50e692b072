import { describe, expect, it } from 'vitest';
import { mostTelling, type ConnectError } from './connect-error.ts';

const failure = (code: string, address: string): ConnectError =>
  Object.assign(new Error(`connect ${code} ${address}`), { code, address });
const unreachable = failure('ENETUNREACH', '::1');
const refused = failure('ECONNREFUSED', '10.0.0.1');
const timedOut = failure('ETIMEDOUT', '10.0.0.2');

describe('the error of a name that cannot be connected to', () => {
  it('is the error itself when the name has one address', () => {
    expect(mostTelling([unreachable])).toBe(unreachable);
  });

  it.each([
    ['that of the first address', [unreachable, timedOut], 'ENETUNREACH', '::1'],
    ['a refusal, if a host has answered', [unreachable, refused], 'ECONNREFUSED', '10.0.0.1'],
  ] as const)('is %s, and names what happened to each', (_, errors, code, address) => {
    const message = errors.map((error) => error.message).join('; ');
    expect(mostTelling(errors)).toMatchObject({ code, address, message });
  });
});
