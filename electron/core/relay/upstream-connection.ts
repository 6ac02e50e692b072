/** One connection to a tunnel's endpoint. */
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import { dial, openSocket } from '../connect/happy-eyeballs.ts';
import { InProcessSocket } from '../connect/in-process-server.ts';
import type { Endpoint } from '../connect/endpoint.ts';
import { errorCode } from './errno.ts';
import { keepAliveDelayMs } from './keep-alive.ts';
import type { Attempt } from './hold-queue.ts';

/** One buffer per connection; its pages take no memory until they are filled. Measured in e2e/bench/relay.bench.ts. */
const readBufferBytes = 256 * 1024;

export interface UpstreamConnection {
  readonly socket: Socket;
  /**
   * Takes the bytes that arrived. They are in a buffer that the next read overwrites: return false to stop reading until
   * `socket.resume()`. Reading starts after `onConnected`, so set it there.
   */
  onBytes: (bytes: Uint8Array) => boolean;
}

export interface AttemptListener {
  onConnected(upstream: UpstreamConnection): void;
  /** `ECONNREFUSED`, `ENOENT`, `EAGAIN` if the queue is full (full-queue.ts): nothing was sent. */
  onFailed(code: string): void;
}

/** How this computer opens connections, and which system's error codes it uses. */
export interface Connector {
  readonly platform: NodeJS.Platform;
  readonly connect: (options: NetConnectOpts) => Socket;
}

const ownConnector: Connector = { platform: process.platform, connect };

/** Connects; calls one of the listener's functions once, or none after `abort()`. Never synchronously. */
export function connectUpstream(
  endpoint: Endpoint,
  listener: AttemptListener,
  clock: Clock,
  connector: Connector = ownConnector,
): Attempt {
  // One buffer for all addresses of a name: only the one that connects first is read.
  let buffer: Buffer | null = null;
  const bufferOf = (): Buffer => (buffer ??= Buffer.allocUnsafeSlow(readBufferBytes));
  let upstream: UpstreamConnection | null = null;
  const onRead = (length: number, bytes: Uint8Array): boolean =>
    upstream?.onBytes(bytes.subarray(0, length)) ?? false;
  return dial(
    endpoint,
    {
      clock,
      platform: connector.platform,
      open: (target) =>
        openSocket(target, (options) =>
          connector.connect({
            ...options,
            allowHalfOpen: true,
            noDelay: true,
            keepAlive: true,
            keepAliveInitialDelay: keepAliveDelayMs,
            onread: { buffer: bufferOf(), callback: onRead },
          }),
        ),
    },
    {
      onConnected: (socket) => {
        const connected: UpstreamConnection = { socket, onBytes: () => false };
        upstream = connected;
        listener.onConnected(connected);
        if (!(socket instanceof InProcessSocket) || socket.destroyed) return;
        socket.lendTo((bytes) => {
          if (connected.onBytes(bytes)) return true;
          socket.pause();
          return false;
        });
      },
      onFailed: (error) => {
        listener.onFailed(errorCode(error));
      },
    },
  );
}
