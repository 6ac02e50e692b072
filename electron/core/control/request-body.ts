import type { IncomingMessage } from 'node:http';
import { maxRequestBytes, type ControlError } from '../../../shared/control-contract.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { Clock } from '../clock.ts';

/** Counted from the end of the head. */
export const bodyTimeoutMs = 10_000;

/**
 * The JSON of a request; no body counts as `{}`. Allocates memory only for bytes that were sent, not for an announced length.
 * `onWanted`: called if the announced length is acceptable. Never rejects.
 */
export function readBody(
  request: IncomingMessage,
  clock: Clock,
  onWanted: () => void,
): Promise<Result<unknown, ControlError>> {
  if (Number(request.headers['content-length'] ?? 0) > maxRequestBytes) return Promise.resolve(err(tooLarge));
  if (request.destroyed) return Promise.resolve(err(gone));
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const settle = (body: Result<unknown, ControlError>): void => {
      timer.cancel();
      request.off('data', onData).off('end', onEnd);
      forget();
      request.pause();
      resolve(body);
    };
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > maxRequestBytes) settle(err(tooLarge));
      else chunks.push(chunk);
    };
    const onEnd = (): void => {
      settle(bytes === 0 ? ok({}) : parse(Buffer.concat(chunks)));
    };
    const timer = clock.after(bodyTimeoutMs, () => {
      settle(err({ code: 'timed-out', message: `the body did not come within ${bodyTimeoutMs / 1000} s` }));
    });
    const forget = onceOver(request, () => {
      settle(err(gone));
    });
    request.on('data', onData).on('end', onEnd);
    onWanted();
  });
}

/**
 * Calls `action` when no more of the request will arrive. A request that was answered before it was complete gets no event when
 * its connection ends. Returns a function that cancels it.
 */
export function onceOver(request: IncomingMessage, action: () => void): () => void {
  const { socket } = request;
  const forget = (): void => {
    request.off('close', onClose);
    socket.off('close', onClose);
  };
  const onClose = (): void => {
    forget();
    action();
  };
  request.on('close', onClose);
  socket.on('close', onClose);
  return forget;
}

function parse(body: Buffer): Result<unknown, ControlError> {
  try {
    return ok(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)));
  } catch {
    return err({ code: 'bad-request', message: 'the body is not JSON in UTF-8' });
  }
}

const tooLarge: ControlError = {
  code: 'too-large',
  message: `the body is larger than ${maxRequestBytes} bytes`,
};

const gone: ControlError = {
  code: 'connection-lost',
  message: 'the client left in the middle of its request',
};
