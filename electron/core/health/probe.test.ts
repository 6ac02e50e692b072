import { describe, expect, it } from 'vitest';
import { provesTunnel, type CheckFailure } from './probe.ts';

const late = { kind: 'timed-out', awaited: 'answer', afterMs: 5000 } as const;
const closed = { kind: 'closed', stage: 'mid-answer' } as const;

describe('a tunnel is proven', () => {
  it('by a passed check, if anything answered', () => {
    expect(provesTunnel({ kind: 'passed', tookMs: 0 })).toBe(true);
    expect(provesTunnel({ kind: 'passed', tookMs: null })).toBe(false);
    expect(provesTunnel({ kind: 'canceled' })).toBe(false);
  });

  it.each([
    [{ kind: 'answered', answer: { code: 'check-failed', title: 'HTTP 503' } }, true],
    [{ kind: 'answered', answer: { code: 'certificate-invalid', problem: 'expired' } }, true],
    [{ ...late, remoteEndSpoke: true }, true],
    [{ ...late, remoteEndSpoke: false }, false],
    [{ ...closed, remoteEndSpoke: true }, true],
    [{ ...closed, remoteEndSpoke: false }, false],
    [{ kind: 'unconnected', errno: 'ECONNREFUSED', busy: false }, false],
    [{ kind: 'command-failed', title: 'The check command exited with code 1' }, false],
    [{ kind: 'not-made', obstacle: { code: 'file-missing', what: 'ca.pem' } }, false],
  ] as [CheckFailure, boolean][])('a check that failed by %j: %s', (failure, expected) => {
    expect(provesTunnel({ kind: 'failed', finding: 'x', failure })).toBe(expected);
  });
});
