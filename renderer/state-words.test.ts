import { describe, expect, it } from 'vitest';
import { announcementOf, stateWords } from './state-words.ts';
import { checking, connecting, ready, retrying, service, up, waiting } from './testing/service-samples.ts';

const signedOut = ['credentials-expired', { context: 'prod' }] as const;

describe('the state in words', () => {
  it.each([
    ['No services', []],
    ['All off', [service('a'), service('b')]],
    ['1 up', [up('a')]],
    ['All 2 up', [up('a'), up('b')]],
    ['2 up, 1 off', [up('a'), up('b'), service('c')]],
    ['1 of 2 up', [up('a'), retrying('b', ['exited']), service('c')]],
    ['0 of 1 up', [connecting('a')]],
    ['1 of 2 up, 1 checking', [up('a'), checking('b'), service('c')]],
    ['1 of 2 up, 1 checking', [ready('a'), checking('b'), service('c')]],
  ])('reads %s', (words, services) => {
    expect(stateWords(services)).toBe(words);
  });
});

describe('what is said aloud', () => {
  it('is nothing while a try follows the other', () => {
    const trying = retrying('a', ['exited'], { phase: 'retrying', attempt: 4 });
    expect(announcementOf([retrying('a', ['exited'])], [trying])).toBeNull();
  });

  it('is nothing for one more that is up while others still connect', () => {
    expect(announcementOf([connecting('a'), connecting('b')], [up('a'), connecting('b')])).toBeNull();
  });

  it('is that all is well again', () => {
    expect(announcementOf([up('a'), retrying('b', ['exited'])], [up('a'), up('b')])).toBe('All 2 up');
  });

  it('is who needs the user, and why', () => {
    expect(announcementOf([up('a')], [waiting('a', signedOut)])).toBe('a needs you: Signed out of prod');
  });

  it('is only how many, when several need the user at once', () => {
    const services = ['a', 'b', 'c'].map((name) => waiting(name, signedOut));
    expect(announcementOf(services.slice(0, 1), services)).toBe('2 forwards need you');
  });
});
