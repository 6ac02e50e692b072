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

describe('the next change by itself', () => {
  it('never comes when nothing counts', () => {
    expect(msUntilNextChange([service('a'), connecting('b'), checking('c')], sampleNow)).toBeNull();
    expect(msUntilNextChange([], sampleNow)).toBeNull();
  });

  it('is an hour away when everything has been up for hours', () => {
    expect(msUntilNextChange([up('a'), up('b')], sampleNow)).toBe(3_600_000);
  });

  it('is the earliest of all', () => {
    const services = [
      up('a'),
      retrying('b', ['exited'], { nextRetryAt: sampleNow + 4700 }),
      up('c', { since: sampleNow - 90_000 }),
    ];
    expect(msUntilNextChange(services, sampleNow)).toBe(700);
  });

  it('is that of the question to the route that holds a service back', () => {
    const held = waiting('a', ['transport-down'], { nextRetryAt: sampleNow + 12_300 });
    expect(msUntilNextChange([held], sampleNow)).toBe(300);
  });

  it('does not come for a try that is due', () => {
    expect(msUntilNextChange([retrying('a', ['exited'], { nextRetryAt: sampleNow })], sampleNow)).toBeNull();
  });
});
