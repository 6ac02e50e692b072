/**
 * Requests to an ssh master over its control socket: OpenSSH PROTOCOL.mux, version 4. Strings are those of RFC
 * 4251; a connection carries one request. Forwards outlive the connection that requested them (ssh -O forward).
 */
import net from 'node:net';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { Clock } from '../clock.ts';
import type { ChannelTarget } from './channel.ts';
import { hello, muxRequestId, muxTypes, packet, addressFields, uint32 } from './mux-packet.ts';
import { onReplies } from './mux-replies.ts';

export interface LocalForward {
  /** A Unix socket that the master creates. */
  readonly listenPath: string;
  readonly to: ChannelTarget;
}

/** The server listens, and its connections are forwarded to a Unix socket on this machine. */
export interface RemoteForward {
  /** `host`: the address, in the form that ssh's -R passes to the server. */
  readonly listen: ChannelTarget;
  readonly toPath: string;
}

export type Forward = LocalForward | RemoteForward;

/** `silent`: the master does not answer, for example because its process is stopped. */
export type MuxFailure =
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'silent' }
  | { readonly kind: 'gone'; readonly reason: string };

export interface MuxOptions {
  readonly controlPath: string;
  readonly clock: Clock;
  readonly deadlineMs: number;
}

const localForward = 1;
const remoteForward = 2;

/** Neither method ever rejects. */
export interface SshMux {
  /** When it resolves, the listener is open; for a remote forward, the server has confirmed it. */
  open(options: MuxOptions, forward: Forward): Promise<Result<void, MuxFailure>>;
  /**
   * Needs exactly the arguments of `open`. Open connections of the forward continue, and its socket file stays. A
   * remote forward is only requested to close: it has closed when the server has answered a later request.
   */
  close(options: MuxOptions, forward: Forward): Promise<Result<void, MuxFailure>>;
}

export const sshMux: SshMux = {
  open: (place, forward) => sendRequest(place, muxTypes.openForward, forward),
  close: (place, forward) => sendRequest(place, muxTypes.closeForward, forward),
};

/** Whether the master still takes requests; one that is ending does not. Never rejects. */
export const greetMaster = (place: MuxOptions): Promise<Result<void, MuxFailure>> =>
  converse(place, [hello()], 'hello');

const sendRequest = (place: MuxOptions, type: number, forward: Forward): Promise<Result<void, MuxFailure>> =>
  converse(place, [hello(), packet(uint32(type), uint32(muxRequestId), ...forwardFields(forward))], 'done');

function converse(
  { controlPath, clock, deadlineMs }: MuxOptions,
  packets: readonly Buffer[],
  awaited: 'hello' | 'done',
): Promise<Result<void, MuxFailure>> {
  return new Promise((resolve) => {
    const socket = net.connect(controlPath);
    const settle = (result: Result<void, MuxFailure>): void => {
      timer.cancel();
      socket.destroy();
      resolve(result);
    };
    const timer = clock.after(deadlineMs, () => settle(err({ kind: 'silent' })));
    onReplies(socket, muxTypes.ok, (reply) => {
      if (reply.kind === 'refused' || reply.kind === 'gone') settle(err(reply));
      else if (reply.kind === awaited) settle(ok(undefined));
    });
    for (const one of packets) socket.write(one);
  });
}

/** The forward's kind, its listening address, and its target. */
function forwardFields(forward: Forward): readonly Buffer[] {
  return 'toPath' in forward
    ? [uint32(remoteForward), ...addressFields(forward.listen), ...addressFields({ path: forward.toPath })]
    : [uint32(localForward), ...addressFields({ path: forward.listenPath }), ...addressFields(forward.to)];
}
