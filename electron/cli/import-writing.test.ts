import { expect, it } from 'vitest';
import { err, ok } from '../../shared/result.ts';
import { aService, aSnapshot, offService } from '../shell/testing/snapshots.ts';
import type { CommandContext } from './command-context.ts';
import { addEntries } from './import-writing.ts';
import { fakeClient } from './testing/fake-client.ts';
import { testSurroundings } from './testing/test-context.ts';

/** `snapshots`: the host's answers, the first before the import. */
async function forceAfter(...snapshots: readonly unknown[]): Promise<string> {
  const left = [...snapshots];
  const added = { names: ['db', 'my web'], path: '/c.yaml', undo: 't', refusals: [] };
  const client = fakeClient({
    request: (name) => Promise.resolve((name === 'snapshot' ? left.shift() : ok(added)) as never),
  });
  const context = {
    ...testSurroundings({ connect: () => Promise.resolve(ok(client)) }),
    options: {},
  } as unknown as CommandContext;
  return (await addEntries(context, [{}])).force;
}

const before = ok(aSnapshot());

it('says which of the imported services are on, and how to start the others', async () => {
  expect(await forceAfter(before, ok(aSnapshot(aService('db'), aService('my web'), offService('old'))))).toBe(
    'in effect: all of them are on',
  );
  expect(await forceAfter(before, ok(aSnapshot(aService('db'), offService('my web'))))).toBe(
    "in effect: 1 of 2 are on; to start the others: localport start 'my web'",
  );
});

it('still reports what was added if the host no longer answers', async () => {
  expect(await forceAfter(before, err({ code: 'connection-lost', message: 'it is gone' }))).toBe(
    'whether they are in effect is unknown: it is gone',
  );
});
