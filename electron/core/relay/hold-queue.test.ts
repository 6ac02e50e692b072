import { afterEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { HoldQueue } from './hold-queue.ts';

let made: { readonly queue: HoldQueue<string> }[] = [];
afterEach(() => {
  for (const { queue } of made) for (const held of queue.all()) queue.remove(held);
  made = [];
});

const attempt = { abort: () => undefined };

function makeQueue(maxHeldConnections = 3) {
  const clock = new FakeClock();
  const expired: string[] = [];
  const queue = new HoldQueue<string>({
    clock,
    holdTimeoutMs: 1000,
    minAttemptMs: 500,
    maxHeldConnections,
    hasLikelyLeft: (client) => client.startsWith('left'),
    onExpired: (held) => {
      queue.remove(held);
      expired.push(`${held.client} at ${clock.now()}`);
    },
  });
  made.push({ queue });
  const names = () => queue.all().map((held) => held.client);
  return { clock, queue, expired, names };
}

describe('HoldQueue', () => {
  it('keeps the order of arrival', () => {
    const { queue, names } = makeQueue();
    for (const client of ['a', 'b', 'c']) queue.admit(client);
    expect(names()).toEqual(['a', 'b', 'c']);
  });

  it('gives every client its own deadline with a single timer', async () => {
    const { clock, queue, expired } = makeQueue();
    queue.admit('a');
    await clock.advance(400);
    queue.admit('b');
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(2000);
    expect(expired).toEqual(['a at 1000', 'b at 1400']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('lets a shorter hold time of a later client expire first', async () => {
    const { clock, queue, expired } = makeQueue();
    queue.admit('a');
    queue.setHoldTimeout(100);
    queue.admit('b');
    await clock.advance(2000);
    expect(expired).toEqual(['b at 100', 'a at 1000']);
  });

  it('lists those that have probably left, then the newest, when too many wait', () => {
    const { queue } = makeQueue(2);
    const excess = () => queue.excess().map((held) => held.client);
    for (const client of ['a', 'left b']) queue.admit(client);
    expect(excess()).toEqual([]);
    queue.admit('c');
    expect(excess()).toEqual(['left b']);
    queue.admit('d');
    expect(excess()).toEqual(['left b', 'd']);
  });

  it('does not count clients that are being connected, until their attempts fail', () => {
    const { queue } = makeQueue(1);
    const first = queue.admit('a');
    queue.begin(first, attempt);
    queue.admit('b');
    expect(queue.excess()).toEqual([]);
    expect(queue.firstWaiting()?.client).toBe('b');
    queue.giveBack(first);
    expect(queue.excess().map((held) => held.client)).toEqual(['b']);
    expect(queue.firstWaiting()?.client).toBe('a');
  });

  it('keeps the deadline of a client whose attempt failed', async () => {
    const { clock, queue, expired } = makeQueue();
    const held = queue.admit('a');
    queue.begin(held, attempt);
    await clock.advance(900);
    queue.giveBack(held);
    await clock.advance(100);
    expect(expired).toEqual(['a at 1000']);
  });

  it('gives an attempt under way enough time, however short the hold', async () => {
    const { clock, queue, expired } = makeQueue();
    queue.setHoldTimeout(0);
    for (const client of ['hangs', 'fails', 'waits']) {
      const held = queue.admit(client);
      if (client !== 'waits') queue.begin(held, attempt);
    }
    await clock.advance(300);
    queue.giveBack(queue.all()[1]!);
    await clock.advance(1000);
    expect(expired).toEqual(['waits at 0', 'fails at 300', 'hangs at 500']);
  });

  it('leaves no timer behind when the last client has left', () => {
    const { clock, queue } = makeQueue();
    queue.remove(queue.admit('a'));
    expect(clock.pendingTimers).toBe(0);
  });
});
