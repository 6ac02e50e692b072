import { expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { answerMs, ReadableFiles } from './readable-file.ts';

const { signal } = new AbortController();
const errno = (code: string): Promise<void> => Promise.reject(Object.assign(new Error(code), { code }));

it('returns what access(2) says', async () => {
  const files = new ReadableFiles((file) => (file === '/here' ? Promise.resolve() : errno('ENOENT')));
  const terms = { clock: new FakeClock(), signal };
  expect(await Promise.all(['/here', '/gone'].map((file) => files.refusalOf(file, terms)))).toEqual([
    null,
    'ENOENT',
  ]);
});

it('gives up on a volume that hangs, and occupies at most two threads with it until it answers', async () => {
  const clock = new FakeClock();
  const answers: (() => void)[] = [];
  const files = new ReadableFiles(() => new Promise((resolve) => answers.push(resolve)));
  const ask = (...names: string[]) =>
    Promise.all(names.map((file) => files.refusalOf(file, { clock, signal })));
  const first = ask('/nfs/a', '/nfs/b', '/nfs/c', '/other/d');
  await clock.advance(2 * answerMs);
  expect(await first).toEqual(['ETIMEDOUT', 'ETIMEDOUT', 'ETIMEDOUT', null]);
  expect(answers).toHaveLength(2);
  for (const answer of answers) answer();
  await clock.advance(0);
  const again = ask('/nfs/a');
  expect(answers).toHaveLength(3);
  answers[2]?.();
  expect(await again).toEqual([null]);
});

it('stops waiting at once when the host stops', async () => {
  const stopping = new AbortController();
  const files = new ReadableFiles(() => new Promise(() => undefined));
  const clock = new FakeClock();
  const asked = files.refusalOf('/a', { clock, signal: stopping.signal });
  stopping.abort();
  expect(await asked).toBeNull();
  expect(clock.pendingTimers).toBe(0);
});
