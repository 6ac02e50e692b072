import { expect, it } from 'vitest';
import { SpdyStream, type StreamCarrier } from './spdy-stream.ts';

const carrier: StreamCarrier = {
  send: (_stream, _parts, done) => done(),
  sendFin: (_stream, done) => done(),
  sendReset: () => undefined,
  stall: () => undefined,
  release: () => undefined,
  forget: () => undefined,
};

/** `received` tells which bytes were lent. */
function piped(): { stream: SpdyStream; received: string[]; borrower: { isReady: boolean } } {
  const stream = new SpdyStream(carrier, 1, true);
  const received: string[] = [];
  const borrower = {
    isReady: true,
    borrow: (bytes: Buffer) => {
      received.push(`lent ${bytes.toString()}`);
      return bytes.length > 1;
    },
  };
  stream.borrower = borrower;
  stream.on('data', (bytes: Buffer) => received.push(bytes.toString()));
  return { stream, received, borrower };
}

it('lends bytes to whom it is piped, and returns whether they are used up', () => {
  const { stream, received } = piped();
  expect([stream.deliver(Buffer.from('ab')), stream.deliver(Buffer.from('c'))]).toEqual([true, false]);
  expect(received).toEqual(['lent ab', 'lent c']);
});

it('lends nothing ahead of bytes that are queued', async () => {
  const { stream, received } = piped();
  stream.pause();
  stream.deliver(Buffer.from('first'));
  stream.resume();
  // Resumed, but the queue is read only in the next turn.
  stream.deliver(Buffer.from('second'));
  await new Promise(setImmediate);
  stream.deliver(Buffer.from('third'));
  expect(received).toEqual(['first', 'second', 'lent third']);
});

it('lends nothing while its reader is paused', () => {
  const { stream, received } = piped();
  stream.pause();
  stream.deliver(Buffer.from('ab'));
  expect(received).toEqual([]);
});

it('copies bytes that it cannot lend', () => {
  const { stream, received, borrower } = piped();
  stream.pause();
  borrower.isReady = false;
  const bytes = Buffer.from('kept');
  expect(stream.deliver(bytes)).toBe(true);
  bytes.fill('x');
  expect(String(stream.read())).toBe('kept');
  expect(received).toEqual(['kept']);
});
