/**
 * Both ends of the measured connections, each in its own process. A client begins with eight bytes: its request (`D`
 * bytes from the server, `U` bytes to it, `E` echo) and the number of MiB.
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Address } from '../fixtures/servers.ts';

export type Order =
  | { readonly kind: 'download' | 'upload'; readonly to: Address; readonly mebibytes: number }
  | { readonly kind: 'echo'; readonly to: Address; readonly rounds: number }
  /** New connections, that many at once, each until its first answer. */
  | { readonly kind: 'connect'; readonly to: Address; readonly rounds: number; readonly atOnce: number };

/** MiB per second for transfers; milliseconds of each round trip for echo, of each connection for connect. */
export type Measurement = readonly number[];

export const mebibyte = 1024 * 1024;
const headerBytes = 8;
const blockBytes = 256 * 1024;
const echoBytes = 64;
const echoWarmUpRounds = 50;
/** Between new connections: paced, like a browser's. */
const pauseMs = 20;

const header = (want: 'D' | 'U' | 'E', mebibytes = 0): string =>
  want + String(mebibytes).padEnd(headerBytes - 1);

/** Tells its parent the port that it listens on. */
export function runServer(): void {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => void serve(socket));
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
}

async function serve(socket: Socket): Promise<void> {
  socket.on('error', () => socket.destroy());
  const [first] = (await once(socket, 'data')) as [Buffer];
  switch (first.toString('latin1', 0, 1)) {
    case 'D':
      send(socket, Number(first.toString('latin1', 1, headerBytes)));
      break;
    case 'U': {
      let received = first.length - headerBytes;
      socket.on('data', (bytes: Buffer) => (received += bytes.length));
      socket.once('end', () => socket.end(String(received)));
      break;
    }
    default:
      socket.write(first);
      socket.pipe(socket);
  }
}

function send(socket: Socket, mebibytes: number): void {
  const block = Buffer.alloc(blockBytes, 7);
  let left = (mebibytes * mebibyte) / blockBytes;
  const go = (): void => {
    for (; left > 0; left--) {
      if (socket.write(block)) continue;
      left--;
      socket.once('drain', go);
      return;
    }
    socket.end();
  };
  go();
}

/** Carries out its parent's orders, one after another. */
export function runClient(): void {
  process.on('message', (order: Order) => {
    void measure(order).then((measurement) => process.send?.(measurement));
  });
}

async function measure(order: Order): Promise<Measurement> {
  if (order.kind === 'echo') return measureRoundTrips(order.to, order.rounds);
  if (order.kind === 'connect') return measureConnections(order);
  const { kind, to, mebibytes } = order;
  const startedAt = performance.now();
  await (kind === 'download' ? download(to, mebibytes) : upload(to, mebibytes));
  return [mebibytes / ((performance.now() - startedAt) / 1000)];
}

/** Into one buffer: the client should cost as little as possible. */
async function download(to: Address, mebibytes: number): Promise<void> {
  let received = 0;
  const callback = (length: number): boolean => {
    received += length;
    return true;
  };
  const onread = { buffer: Buffer.alloc(blockBytes), callback };
  const socket = connect({ ...to, allowHalfOpen: true, onread });
  socket.write(header('D', mebibytes));
  await once(socket, 'end');
  socket.end();
  if (received !== mebibytes * mebibyte)
    throw new Error(`${received} bytes came instead of ${mebibytes} MiB`);
}

async function upload(to: Address, mebibytes: number): Promise<void> {
  const socket = connect({ ...to, allowHalfOpen: true });
  socket.write(header('U'));
  send(socket, mebibytes);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  if (Number(answer) !== mebibytes * mebibyte) throw new Error(`${answer.toString()} bytes arrived`);
}

async function measureConnections({
  to,
  rounds,
  atOnce,
}: Extract<Order, { kind: 'connect' }>): Promise<Measurement> {
  const connectOnce = async (): Promise<number> => {
    const startedAt = performance.now();
    const socket = connect({ ...to, noDelay: true });
    socket.write(header('E'));
    await once(socket, 'data');
    const took = performance.now() - startedAt;
    socket.destroy();
    return took;
  };
  const measured: number[] = [];
  for (let round = 0; round < rounds; round++) {
    measured.push(...(await Promise.all(Array.from({ length: atOnce }, connectOnce))));
    await delay(pauseMs);
  }
  return measured;
}

async function measureRoundTrips(to: Address, rounds: number): Promise<Measurement> {
  const socket = connect({ ...to, noDelay: true });
  let awaited = 0;
  let onAnswered = (): void => undefined;
  socket.on('data', (bytes) => {
    awaited -= bytes.length;
    if (awaited === 0) onAnswered();
  });
  const roundTrip = async (message: Buffer): Promise<number> => {
    const answered = new Promise<void>((resolve) => (onAnswered = resolve));
    const startedAt = performance.now();
    awaited = message.length;
    socket.write(message);
    await answered;
    return performance.now() - startedAt;
  };
  const message = Buffer.alloc(echoBytes);
  await roundTrip(Buffer.from(header('E')));
  for (let round = 0; round < echoWarmUpRounds; round++) await roundTrip(message);
  const roundTrips: number[] = [];
  for (let round = 0; round < rounds; round++) roundTrips.push(await roundTrip(message));
  socket.destroy();
  return roundTrips;
}
