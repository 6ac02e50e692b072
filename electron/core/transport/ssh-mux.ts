/**
 * Requests to an ssh master over its control socket, in its own words: OpenSSH PROTOCOL.mux, version 4. Packets are strings of
 * RFC 4251; a connection carries one request. Forwards outlive the connection that asked for them (ssh -O forward).
 */
import net from 'node:net';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { Clock } from '../clock.ts';
import { hello, muxRequestId, muxTypes, packet, placeWords, uint32 } from './mux-packet.ts';
import { hearReplies } from './mux-replies.ts';

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

const localForward = 1;
const remoteForward = 2;

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
  open: (place, forward) => ask(place, muxTypes.openForward, forward),
  close: (place, forward) => ask(place, muxTypes.closeForward, forward),
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
    const timer = clock.after(deadlineMs, () => settle(err({ kind: 'silent' })));
    hearReplies(socket, muxTypes.ok, (reply) => {
      if (reply.kind === 'done') settle(ok(undefined));
      else if (reply.kind !== 'hello') settle(err(reply));
    });
    socket.write(hello());
    socket.write(packet(uint32(type), uint32(muxRequestId), ...wordsOf(forward)));
  });
}

/** Its kind, where it listens, and where it leads. */
function wordsOf(forward: Forward): readonly Buffer[] {
  return 'toPath' in forward
    ? [uint32(remoteForward), ...placeWords(forward.listen), ...placeWords({ path: forward.toPath })]
    : [uint32(localForward), ...placeWords({ path: forward.listenPath }), ...placeWords(forward.to)];
}
