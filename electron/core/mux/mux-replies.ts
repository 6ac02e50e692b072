/** An ssh master's replies on a control socket that carries one request. */
import type { Socket } from 'node:net';
import { muxTypes, otherProtocol, PacketReader, reasonIn } from './mux-packet.ts';

export type MuxReply =
  /** The master has accepted the connection. */
  | { readonly kind: 'hello' }
  | { readonly kind: 'done' }
  /** By the master, or by the server. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** There is no master, or it has exited. */
  | { readonly kind: 'gone'; readonly reason: string };

/** `done`: the type of the success reply. Nothing follows `gone`. Returns a function that stops listening. */
export function onReplies(socket: Socket, done: number, onReply: (reply: MuxReply) => void): () => void {
  const reader = new PacketReader();
  let isListening = true;
  const emit = (reply: MuxReply): void => {
    if (!isListening) return;
    if (reply.kind === 'gone') stop();
    onReply(reply);
  };
  const read = (chunk: Buffer): void => {
    try {
      for (const body of reader.read(chunk)) emit(replyIn(body, done));
    } catch {
      emit({ kind: 'gone', reason: otherProtocol });
    }
  };
  const stop = (): void => {
    isListening = false;
    socket.off('data', read);
  };
  socket
    .on('data', read)
    .on('error', ({ message }) => emit({ kind: 'gone', reason: message }))
    .on('close', () => emit({ kind: 'gone', reason: 'ssh closed its control socket' }));
  return stop;
}

/** Throws if a body is too short for its type. */
function replyIn(body: Buffer, done: number): MuxReply {
  switch (body.readUInt32BE(0)) {
    case muxTypes.hello:
      return { kind: 'hello' };
    case done:
      return { kind: 'done' };
    case muxTypes.permissionDenied:
    case muxTypes.failure:
      return { kind: 'refused', reason: reasonIn(body) };
    default:
      return { kind: 'gone', reason: otherProtocol };
  }
}
