/**
 * A client's connection to a port of a pod: a pair of streams with the same request id. `error` is opened first, is
 * never written to by us, and carries the reason if the remote end fails. `data` is the connection itself
 * (k8s.io/client-go tools/portforward, k8s.io/kubelet pkg/cri/streaming/portforward).
 */
import type { SpdyConnection } from '../spdy/spdy-connection.ts';
import type { SpdyStream } from '../spdy/spdy-stream.ts';

/** Longer than any reason. */
const maxReasonBytes = 8 * 1024;

/** The reason that the remote end gave when it could not open or keep a connection. */
export class PodStreamError extends Error {}

/**
 * Requests both streams at once; writes do not wait until they are accepted. When the remote end fails, the kubelet
 * writes the reason to `error` and then ends both streams; from 1.36 on, it resets them.
 */
export function openPodStream(connection: SpdyConnection, port: number, requestId: number): SpdyStream {
  const common = { port: String(port), requestid: String(requestId) };
  const errors = connection.open({ streamtype: 'error', ...common }, true);
  const data = connection.open({ streamtype: 'data', ...common });
  const chunks: Buffer[] = [];
  let bytes = 0;
  const failure = (): PodStreamError | null => {
    const reason = Buffer.concat(chunks).subarray(0, maxReasonBytes).toString('utf8').trim();
    return reason === '' ? null : new PodStreamError(reason);
  };
  errors.on('data', (chunk: Buffer) => {
    if (bytes < maxReasonBytes) chunks.push(chunk);
    bytes += chunk.length;
  });
  data.resetReason = failure;
  // The kubelet has finished with the pair.
  errors.once('end', () => {
    const error = failure();
    if (error === null) data.noteRemoteEndClosed();
    else data.destroy(error);
  });
  // Release it even if the kubelet has not ended it.
  data.once('close', () => errors.destroy());
  // When the connection is lost, both streams emit an error.
  errors.on('error', () => undefined);
  return data;
}
