/**
 * Requests to an ssh master over its control socket, in its own words: OpenSSH PROTOCOL.mux, version 4. Packets are strings of
 * RFC 4251; a connection carries one request. Forwards outlive the connection that asked for them (ssh -O forward).
 */
import net from 'node:net';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { Clock } from '../clock.ts';
import {
  hello,
  muxRequestId,
  muxTypes,
  otherProtocol,
  packet,
  PacketReader,
  reasonIn,
  streamLocal,
  text,
  uint32,
} from './mux-packet.ts';

export interface LocalForward {
  /** A Unix socket that the master makes. */
  readonly listenPath: string;
  readonly to: { readonly host: string; readonly port: number } | { readonly path: string };
}

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

const localForward = 1;

/** Neither ever rejects. */
export interface SshMux {
  /** The listener is there when it resolves. */
  open(place: MuxPlace, forward: LocalForward): Promise<Result<void, MuxFailure>>;
  /** Needs the very words of `open`. Connections of the forward go on, and its socket file stays. */
  close(place: MuxPlace, forward: LocalForward): Promise<Result<void, MuxFailure>>;
}

export const sshMux: SshMux = {
  open: (place, forward) => ask(place, muxTypes.openForward, forward),
  close: (place, forward) => ask(place, muxTypes.closeForward, forward),
};

function ask(
  { controlPath, clock, deadlineMs }: MuxPlace,
  type: number,
  { listenPath, to }: LocalForward,
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
    const reader = new PacketReader();
    socket.on('connect', () => {
      const [host, port] = 'path' in to ? [to.path, streamLocal] : [to.host, to.port];
      socket.write(hello());
      socket.write(
        packet(
          uint32(type),
          uint32(muxRequestId),
          uint32(localForward),
          text(listenPath),
          uint32(streamLocal),
          text(host),
          uint32(port),
        ),
      );
    });
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const body of reader.read(chunk)) {
          const reply = replyIn(body);
          if (reply !== null) settle(reply);
        }
      } catch {
        settle(err({ kind: 'gone', reason: otherProtocol }));
      }
    });
    socket.on('error', ({ message }) => {
      settle(err({ kind: 'gone', reason: message }));
    });
    socket.on('close', () => {
      settle(err({ kind: 'gone', reason: 'ssh closed its control socket' }));
    });
  });
}

/** null: it has not come yet. The server's hello comes first. */
function replyIn(body: Buffer): Result<void, MuxFailure> | null {
  switch (body.length < 4 ? 0 : body.readUInt32BE(0)) {
    case muxTypes.hello:
      return null;
    case muxTypes.ok:
      return ok(undefined);
    case muxTypes.permissionDenied:
    case muxTypes.failure:
      return err({ kind: 'refused', reason: reasonIn(body) });
    default:
      return err({ kind: 'gone', reason: otherProtocol });
  }
}
