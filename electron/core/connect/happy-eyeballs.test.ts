import { once } from 'node:events';
import { createServer, Socket, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import type { Endpoint } from './endpoint.ts';
import { dial, type Dial, type DialOptions } from './happy-eyeballs.ts';

/** A connection attempt that a test controls: until then it gets no answer, like one to a dead address. */
interface Try {
  readonly to: string;
  readonly socket: Socket;
}

let server: Server;
let port: number;
let clock: FakeClock;
let tries: Try[];
let outcomes: string[];

beforeEach(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
  clock = new FakeClock();
  tries = [];
  outcomes = [];
});

afterEach(async () => {
  for (const { socket } of tries) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
  expect(clock.pendingTimers).toBe(0);
});

const options = (lookup: DialOptions['lookup']): DialOptions => ({
  clock,
  open: (target) => {
    if ('server' in target) throw new Error('these tests have no server in this process');
    const socket = new Socket();
    tries.push({ to: 'path' in target ? target.path : target.host, socket });
    return socket;
  },
  ...(lookup === undefined ? {} : { lookup }),
});

const listener = {
  onConnected: (socket: Socket) => outcomes.push(`connected ${tries.find((t) => t.socket === socket)?.to}`),
  onFailed: ({ code, message }: NodeJS.ErrnoException) => outcomes.push(`failed ${code}: ${message}`),
};

const dialName = (...addresses: readonly string[]): Dial =>
  dial(
    { kind: 'tcp', host: 'name.test', port },
    options((_, onDone) => {
      onDone(null, addresses);
    }),
    listener,
  );

const tried = (): readonly string[] => tries.map(({ to }) => to);
const socketOf = (address: string): Socket => {
  const found = tries.find(({ to }) => to === address);
  if (found === undefined) throw new Error(`${address} was not tried`);
  return found.socket;
};

async function answer(address: string): Promise<void> {
  const socket = socketOf(address);
  socket.connect({ host: '127.0.0.1', port });
  await once(socket, 'connect');
}

async function fail(address: string, code: string): Promise<void> {
  const socket = socketOf(address);
  socket.destroy(Object.assign(new Error(`connect ${code} ${address}`), { code, address }));
  await new Promise((resolve) => socket.once('close', resolve));
}

const alive = (): readonly string[] => tries.filter(({ socket }) => !socket.destroyed).map(({ to }) => to);

describe('connecting to a name', () => {
  it('tries the next address 250 ms after the last, and gives up on none', async () => {
    const attempt = dialName('::1', '::2', '10.0.0.1');
    expect(tried()).toEqual(['::1']);
    await clock.advance(249);
    expect(tried()).toEqual(['::1']);
    await clock.advance(1);
    expect(tried()).toEqual(['::1', '10.0.0.1']);
    await clock.advance(250);
    expect(tried()).toEqual(['::1', '10.0.0.1', '::2']);
    await clock.advance(600_000);
    expect([alive(), outcomes]).toEqual([['::1', '10.0.0.1', '::2'], []]);
    attempt.abort();
  });

  it.each(['::1', '10.0.0.1', '::2'])(
    'keeps the first connection and closes the others: %s',
    async (winner) => {
      dialName('::1', '::2', '10.0.0.1');
      await clock.advance(500);
      await answer(winner);
      expect([alive(), outcomes, clock.pendingTimers]).toEqual([[winner], [`connected ${winner}`], 0]);
    },
  );

  it('keeps one connection if two addresses answer at the same time', async () => {
    dialName('::1', '10.0.0.1');
    await clock.advance(250);
    socketOf('10.0.0.1').emit('connect');
    socketOf('::1').emit('connect');
    expect([alive(), outcomes]).toEqual([['10.0.0.1'], ['connected 10.0.0.1']]);
  });

  it('tries no other address once one has answered', async () => {
    dialName('::1', '10.0.0.1');
    await answer('::1');
    await clock.advance(10_000);
    expect([tried(), outcomes]).toEqual([['::1'], ['connected ::1']]);
  });

  it('tries the next address at once when one fails, and restarts the 250 ms', async () => {
    dialName('10.0.0.1', '10.0.0.2', '10.0.0.3');
    await clock.advance(100);
    await fail('10.0.0.1', 'EHOSTUNREACH');
    expect(tried()).toEqual(['10.0.0.1', '10.0.0.2']);
    await clock.advance(249);
    expect(tried()).toHaveLength(2);
    await clock.advance(1);
    expect(tried()).toHaveLength(3);
    await answer('10.0.0.2');
    expect(outcomes).toEqual(['connected 10.0.0.2']);
  });

  it('fails once the last attempt has failed, with all errors in the order of the addresses', async () => {
    dialName('10.0.0.1', '10.0.0.2');
    await clock.advance(250);
    await fail('10.0.0.2', 'ENETUNREACH');
    expect(outcomes).toEqual([]);
    await fail('10.0.0.1', 'EHOSTUNREACH');
    expect(outcomes).toEqual([
      'failed EHOSTUNREACH: connect EHOSTUNREACH 10.0.0.1; connect ENETUNREACH 10.0.0.2',
    ]);
  });

  it('waits for a single address without a timer', async () => {
    dialName('10.0.0.1');
    expect(clock.pendingTimers).toBe(0);
    await fail('10.0.0.1', 'ECONNREFUSED');
    expect(outcomes).toEqual(['failed ECONNREFUSED: connect ECONNREFUSED 10.0.0.1']);
  });

  it('tries at most ten addresses', async () => {
    const attempt = dialName(...Array.from({ length: 12 }, (_, index) => `10.0.0.${index}`));
    await clock.advance(60_000);
    expect(tried()).toHaveLength(10);
    attempt.abort();
  });

  it('closes everything and reports nothing after an abort', async () => {
    const attempt = dialName('::1', '10.0.0.1', '10.0.0.2');
    await clock.advance(250);
    attempt.abort();
    await clock.advance(60_000);
    expect([tried(), alive(), outcomes]).toEqual([['::1', '10.0.0.1'], [], []]);
  });

  it('does not report an error that was pending at an abort', async () => {
    const attempt = dialName('10.0.0.1');
    const failed = fail('10.0.0.1', 'ECONNREFUSED');
    attempt.abort();
    await failed;
    expect(outcomes).toEqual([]);
  });

  it('connects nowhere if it is aborted during the lookup', () => {
    let finish = (): void => undefined;
    const lookup: DialOptions['lookup'] = (_, onDone) => {
      finish = () => {
        onDone(null, ['10.0.0.1']);
      };
    };
    dial({ kind: 'tcp', host: 'name.test', port }, options(lookup), listener).abort();
    finish();
    expect([tried(), outcomes]).toEqual([[], []]);
  });

  it.each([
    ['is unknown', Object.assign(new Error('getaddrinfo EAI_AGAIN name.test'), { code: 'EAI_AGAIN' })],
    ['has no address', null],
  ])('fails when the name %s', (_, error) => {
    const lookup: DialOptions['lookup'] = (_, onDone) => {
      onDone(error, []);
    };
    dial({ kind: 'tcp', host: 'name.test', port }, options(lookup), listener);
    expect(outcomes).toEqual([
      error === null
        ? 'failed ENOTFOUND: name.test has no address'
        : 'failed EAI_AGAIN: getaddrinfo EAI_AGAIN name.test',
    ]);
  });
});

describe('connecting to an address', () => {
  const noLookup: DialOptions['lookup'] = () => {
    throw new Error('looked up');
  };

  it.each([
    ['10.0.0.1', { kind: 'tcp', host: '10.0.0.1', port: 80 }],
    ['::1', { kind: 'tcp', host: '::1', port: 80 }],
    ['fe80::1%eth0', { kind: 'tcp', host: 'fe80::1%eth0', port: 80 }],
    ['/run/tunnel', { kind: 'unix', path: '/run/tunnel' }],
  ] as readonly [string, Endpoint][])(
    'makes one socket at once, and no lookup or timer: %s',
    (to, endpoint) => {
      dial(endpoint, options(noLookup), listener);
      expect([tried(), clock.pendingTimers]).toEqual([[to], 0]);
    },
  );
});
