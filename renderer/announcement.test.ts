import { describe, expect, it } from 'vitest';
import type { ServiceSnapshot, Snapshot } from '../shared/service-snapshot.ts';
import { announcementOf, questionIn } from './announcement.ts';
import { connecting, retrying, snapshotOf, up, waiting } from './testing/service-samples.ts';

const signedOut = ['credentials-expired', { context: 'prod' }] as const;
const said = (before: readonly ServiceSnapshot[], after: readonly ServiceSnapshot[]): string | null =>
  announcementOf(snapshotOf(before), snapshotOf(after));

describe('the announcement', () => {
  it('is empty while a service keeps retrying', () => {
    const trying = retrying('a', ['exited'], { phase: 'retrying', attempt: 4 });
    expect(said([retrying('a', ['exited'])], [trying])).toBeNull();
  });

  it('is empty when one service comes up while others are still connecting', () => {
    expect(said([connecting('a'), connecting('b')], [up('a'), connecting('b')])).toBeNull();
  });

  it('says that everything is up again', () => {
    expect(said([up('a'), retrying('b', ['exited'])], [up('a'), up('b')])).toBe('Both up');
  });

  it('names the service that needs the user, and why', () => {
    expect(said([up('a')], [waiting('a', signedOut)])).toBe('a needs attention: Signed out of prod');
  });

  it('gives only the number when several services need the user at once', () => {
    const services = ['a', 'b', 'c'].map((name) => waiting(name, signedOut));
    expect(said(services.slice(0, 1), services)).toBe('2 forwards need attention');
  });

  it('says that the config broke', () => {
    expect(announcementOf(snapshotOf([up('a')]), snapshotOf([up('a')], { status: 'broken' }))).toBe(
      'The config needs attention, 1 of 1 up',
    );
    const inTrouble = [retrying('a', ['exited'])];
    const [sound, broken] = [snapshotOf(inTrouble), snapshotOf(inTrouble, { status: 'broken' })];
    expect(announcementOf(sound, broken)).toBe('The config needs attention');
    expect(announcementOf(broken, broken)).toBeNull();
  });
});

it('reads out a question once', () => {
  const asking: Snapshot = {
    ...snapshotOf([connecting('db')]),
    prompts: [
      {
        ...{ id: '1', services: ['db', 'web'], asker: 'bastion', words: '(sk) Touch' },
        ...{ kind: 'touch', isRepeated: true, since: 0 },
      },
    ],
  };
  expect(questionIn(snapshotOf([]), asking)).toBe(
    'Touch your security key. The last answer was not accepted. Needed by db, web',
  );
  expect(questionIn(asking, asking)).toBeNull();
  expect(questionIn(asking, snapshotOf([]))).toBeNull();
});
