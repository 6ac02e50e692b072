/**
 * A client's connection to a port of a pod: a pair of streams with the same request id. `error` comes first, carries
 * nothing from us, and tells in words why the far end failed; `data` is the connection itself (k8s.io/client-go
 * tools/portforward, k8s.io/kubelet pkg/cri/streaming/portforward).
 */
import type { SpdyConnection } from './spdy-connection.ts';
import type { SpdyStream } from './spdy-stream.ts';

/** Longer than any reason. */
const maxReasonBytes = 8 * 1024;

/** The far end's own words, of a connection that it could not make or keep. */
export class PodStreamError extends Error {}

/**
 * Both streams are asked for at once; what is written does not wait until they are taken. When the far end fails, the kubelet
 * writes why to `error`, and then ends both streams; from 1.36 on it resets them.
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
  // The kubelet is done with the pair.
  errors.once('end', () => {
    const error = failure();
    if (error === null) data.noteFarGone();
    else data.destroy(error);
  });
  // It is over for us, whether the kubelet says so or not.
  data.once('close', () => errors.destroy());
  // A connection that is lost ends both.
  errors.on('error', () => undefined);
  return data;
}
