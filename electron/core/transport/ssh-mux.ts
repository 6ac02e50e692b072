/**
 * Requests to an ssh master over its control socket, in its own words: OpenSSH PROTOCOL.mux, version 4. Packets are strings of
 * RFC 4251; a connection carries one request. Forwards outlive the connection that asked for them (ssh -O forward).
 */
import net from 'node:net';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { Clock } from '../clock.ts';

export interface LocalForward {
  /** A Unix socket that the master makes. */
  readonly listenPath: string;
  readonly to: { readonly host: string; readonly port: number } | { readonly path: string };
}

/** The server listens, and what connects there comes to a Unix socket of this machine. */
export interface RemoteForward {
  /** `host`: the address, as the server takes it from ssh's -R. */
  readonly listen: { readonly host: string; readonly port: number } | { readonly path: string };
  readonly toPath: string;
}

export type Forward = LocalForward | RemoteForward;

/** `silent`: the master does not answer, because its process is stopped, say. */
export type MuxFailure =
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'silent' }
  | { readonly kind: 'gone'; readonly reason: string };

export interface MuxPlace {
  readonly controlPath: string;
  readonly clock: Clock;
  readonly deadlineMs: number;
}

const version = 4;
const types = {
  hello: 0x00000001,
  openForward: 0x10000006,
  closeForward: 0x10000007,
  ok: 0x80000001,
  permissionDenied: 0x80000002,
  failure: 0x80000003,
} as const;
const requestId = 1;
const localForward = 1;
const remoteForward = 2;
/** In place of a port: the host is the path of a Unix socket (PORT_STREAMLOCAL, -2). */
const streamLocal = 0xfffffffe;
/** Longer than any reason. */
const maxPacketBytes = 256 * 1024;

/** Neither ever rejects. */
export interface SshMux {
  /** The listener is there when it resolves: that of a remote forward on the server, which has answered. */
  open(place: MuxPlace, forward: Forward): Promise<Result<void, MuxFailure>>;
  /**
   * Needs the very words of `open`. Connections of the forward go on, and its socket file stays. Of a remote forward the server
   * is only told: it has let go once it has answered a later question.
   */
  close(place: MuxPlace, forward: Forward): Promise<Result<void, MuxFailure>>;
}

export const sshMux: SshMux = {
  open: (place, forward) => ask(place, types.openForward, forward),
  close: (place, forward) => ask(place, types.closeForward, forward),
};

function ask(
  { controlPath, clock, deadlineMs }: MuxPlace,
  type: number,
  forward: Forward,
): Promise<Result<void, MuxFailure>> {
  return new Promise((resolve) => {
    const socket = net.connect(controlPath);
    const settle = (result: Result<void, MuxFailure>): void => {
      timer.cancel();
      socket.destroy();
      resolve(result);
    };
    const timer = clock.after(deadlineMs, () => {
      settle(err({ kind: 'silent' }));
    });
    let received: Buffer = Buffer.alloc(0);
    socket.on('connect', () => {
      socket.write(packet(uint32(types.hello), uint32(version)));
      socket.write(packet(uint32(type), uint32(requestId), ...wordsOf(forward)));
    });
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const reply = replyIn(received);
      if (reply !== null) settle(reply);
    });
    socket.on('error', ({ message }) => {
      settle(err({ kind: 'gone', reason: message }));
    });
    socket.on('close', () => {
      settle(err({ kind: 'gone', reason: 'ssh closed its control socket' }));
    });
  });
}

/** Its kind, where it listens, and where it leads. */
function wordsOf(forward: Forward): readonly Buffer[] {
  return 'toPath' in forward
    ? [uint32(remoteForward), ...placeWords(forward.listen), ...placeWords({ path: forward.toPath })]
    : [uint32(localForward), ...placeWords({ path: forward.listenPath }), ...placeWords(forward.to)];
}

const placeWords = (place: LocalForward['to']): readonly Buffer[] =>
  'path' in place ? [text(place.path), uint32(streamLocal)] : [text(place.host), uint32(place.port)];

/** null: it has not come yet. The server's hello comes first. */
function replyIn(received: Buffer): Result<void, MuxFailure> | null {
  let rest = received;
  while (rest.length >= 8) {
    const length = rest.readUInt32BE(0);
    if (length > maxPacketBytes) return err({ kind: 'gone', reason: 'ssh answered in another protocol' });
    if (rest.length < 4 + length) return null;
    const body = rest.subarray(4, 4 + length);
    rest = rest.subarray(4 + length);
    switch (body.readUInt32BE(0)) {
      case types.hello:
        break;
      case types.ok:
        return ok(undefined);
      case types.permissionDenied:
      case types.failure:
        return err({ kind: 'refused', reason: reasonIn(body) });
      default:
        return err({ kind: 'gone', reason: 'ssh answered in another protocol' });
    }
  }
  return null;
}

/** Behind the type and the request's id. */
function reasonIn(body: Buffer): string {
  if (body.length < 12) return 'no reason given';
  return body.subarray(12, 12 + body.readUInt32BE(8)).toString('utf8');
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

function packet(...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([uint32(body.length), body]);
}
