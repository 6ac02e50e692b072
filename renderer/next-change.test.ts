import { describe, expect, it } from 'vitest';
import { msUntilNextChange } from './next-change.ts';
import {
  checking,
  connecting,
  retrying,
  sampleNow,
  service,
  up,
  waiting,
} from './testing/service-samples.ts';

describe('the next automatic change', () => {
  it('is null if no time is counting', () => {
    expect(msUntilNextChange([service('a'), connecting('b'), checking('c')], sampleNow)).toBeNull();
    expect(msUntilNextChange([], sampleNow)).toBeNull();
  });

  it('is an hour away if everything has been up for hours', () => {
    expect(msUntilNextChange([up('a'), up('b')], sampleNow)).toBe(3_600_000);
  });

  it('is the earliest change of all services', () => {
    const services = [
      up('a'),
      retrying('b', ['exited'], { nextRetryAt: sampleNow + 4700 }),
      up('c', { since: sampleNow - 90_000 }),
    ];
    expect(msUntilNextChange(services, sampleNow)).toBe(700);
  });

  it('includes the next check of the connection that a service is waiting for', () => {
    const waits = waiting('a', ['transport-down'], { nextRetryAt: sampleNow + 12_300 });
    expect(msUntilNextChange([waits], sampleNow)).toBe(300);
  });

  it('is null for a retry that is already due', () => {
    expect(msUntilNextChange([retrying('a', ['exited'], { nextRetryAt: sampleNow })], sampleNow)).toBeNull();
  });
});
