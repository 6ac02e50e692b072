/**
 * Opens the SPDY connection to a pod's ports through a kubectl proxy. Tries a WebSocket first (API server 1.31 and
 * later) and, on any refusal, a POST: the two need different rights (`get pods/portforward` and `create`), and a
 * user may have only one. The connection is refused only if both are.
 */
import { createHash, randomBytes } from 'node:crypto';
import http from 'node:http';
import type { Duplex } from 'node:stream';
import { type Clock, withLimit } from '../clock.ts';
import { connectLending } from '../connect/lent-bytes.ts';
import { errorMessage } from '../lifecycle/error-text.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import { type KubeAnswer, type KubeApi, noAnswer } from './kube-api.ts';
import { proxyHost, readAnswer } from './kube-requests.ts';
import { namespacePath } from './target-queries.ts';
import { SpdyConnection } from '../spdy/spdy-connection.ts';
import { WebSocketWire } from '../spdy/websocket-wire.ts';

export interface PodName {
  readonly namespace: string;
  readonly pod: string;
}

/** Never rejects. */
export type DialPod = (
  pod: PodName,
  options: { readonly signal: AbortSignal; readonly deadlineMs: number },
) => Promise<Result<SpdyConnection, KubeAnswer>>;

const streamProtocol = 'portforward.k8s.io';
const tunnelProtocol = `SPDY/3.1+${streamProtocol}`;
/** RFC 6455, section 1.3. */
const webSocketGuid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const switchingProtocols = 101;
const unauthorized = 401;

export function createPodDialer(
  socketPath: string,
  { api, clock }: { readonly api: KubeApi; readonly clock: Clock },
): DialPod {
  // The method that last succeeded is tried first; a wrong guess costs a second attempt.
  let preferred: UpgradeMethod = 'websocket';
  const dial = async (request: UpgradeRequest): Promise<Result<Duplex, KubeAnswer>> => {
    const first = await upgrade[preferred](request);
    if (first.ok || first.error.status === unauthorized || first.error.status === noAnswer) return first;
    const other: UpgradeMethod = preferred === 'websocket' ? 'post' : 'websocket';
    const second = await upgrade[other](request);
    if (second.ok) preferred = other;
    return second;
  };
  return ({ namespace, pod }, { signal: outer, deadlineMs }) =>
    withLimit({ clock, timeoutMs: deadlineMs, signal: outer }, async (signal) => {
      const path = `${namespacePath(namespace)}/pods/${encodeURIComponent(pod)}/portforward`;
      let wire = await dial({ socketPath, path, signal });
      // An upgrade does not make a plugin renew its token; a GET that is answered with 401 does.
      if (!wire.ok && wire.error.status === unauthorized) {
        await api.get('/version', { signal, timeoutMs: deadlineMs });
        wire = await dial({ socketPath, path, signal });
      }
      if (!wire.ok) return wire;
      // The connection may already be closed: its 'close' event was emitted before anyone listened.
      return wire.value.destroyed ? closedEarly : ok(new SpdyConnection(wire.value, clock));
    });
}

type UpgradeMethod = 'websocket' | 'post';

interface UpgradeRequest {
  readonly socketPath: string;
  readonly path: string;
  readonly signal: AbortSignal;
}

const upgrade: Readonly<
  Record<UpgradeMethod, (request: UpgradeRequest) => Promise<Result<Duplex, KubeAnswer>>>
> = {
  websocket: async (request) => {
    const key = randomBytes(16).toString('base64');
    const answer = await requestUpgrade(request, 'GET', {
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': key,
      'sec-websocket-protocol': tunnelProtocol,
    });
    if (!answer.ok) return answer;
    const { socket, head, headers } = answer.value;
    if (socket.destroyed) return closedEarly;
    const accepted = createHash('sha1').update(`${key}${webSocketGuid}`).digest('base64');
    if (headers['sec-websocket-accept'] !== accepted || headers['sec-websocket-protocol'] !== tunnelProtocol)
      return refuse(socket, 'the API server uses another protocol over WebSockets');
    return ok(new WebSocketWire(socket, head));
  },
  post: async (request) => {
    const answer = await requestUpgrade(request, 'POST', {
      upgrade: 'SPDY/3.1',
      'x-stream-protocol-version': streamProtocol,
      'content-length': '0',
    });
    if (!answer.ok) return answer;
    const { socket, head, headers } = answer.value;
    if (socket.destroyed) return closedEarly;
    if (headers['x-stream-protocol-version'] !== streamProtocol)
      return refuse(socket, 'the API server uses another protocol over SPDY');
    if (head.length > 0) socket.unshift(head);
    return ok(socket);
  },
};

const closedEarly = err({ status: noAnswer, body: 'the connection closed unexpectedly' });

function refuse(socket: Duplex, reason: string): Result<never, KubeAnswer> {
  socket.destroy();
  return err({ status: switchingProtocols, body: reason });
}

interface Upgraded {
  readonly socket: Duplex;
  /** Bytes received after the head of the answer. */
  readonly head: Buffer;
  readonly headers: http.IncomingHttpHeaders;
}

function requestUpgrade(
  { socketPath, path, signal }: UpgradeRequest,
  method: 'GET' | 'POST',
  headers: http.OutgoingHttpHeaders,
): Promise<Result<Upgraded, KubeAnswer>> {
  return new Promise((resolve) => {
    const request = http.request({
      createConnection: () => connectLending(socketPath),
      path,
      method,
      headers: { host: proxyHost, connection: 'Upgrade', ...headers },
    });
    const settle = (result: Result<Upgraded, KubeAnswer>): void => {
      signal.removeEventListener('abort', onAbort);
      resolve(result);
    };
    const fail = (reason: string): void => {
      settle(err({ status: noAnswer, body: reason }));
    };
    const onAbort = (): void => {
      request.destroy();
      fail(String(signal.reason));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    request.once('upgrade', (response, socket, head) => {
      // The caller checks whether the socket is still open.
      socket.on('error', () => undefined);
      settle(ok({ socket, head, headers: response.headers }));
    });
    request.once('response', (response) => {
      readAnswer(response).then(
        (answer) => {
          settle(err(answer));
        },
        (error: unknown) => {
          fail(errorMessage(error));
        },
      );
    });
    request.on('error', (error) => {
      fail(error.message);
    });
    if (signal.aborted) onAbort();
    else request.end();
  });
}
