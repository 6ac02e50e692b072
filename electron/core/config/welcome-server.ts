import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface WelcomeServer {
  /** On 127.0.0.1. */
  readonly port: number;
  /** Ends every connection. Idempotent. */
  close(): Promise<void>;
}

const maxConnections = 64;
const headerTimeoutMs = 5_000;

const headers = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** Serves one page for GET and HEAD, at every path, on a free loopback port. Rejects if there is none. */
export async function serveWelcomePage(html: string): Promise<WelcomeServer> {
  const server = createServer(
    { headersTimeout: headerTimeoutMs, requestTimeout: headerTimeoutMs },
    (request, response) => {
      request.resume();
      const isRead = request.method === 'GET' || request.method === 'HEAD';
      response.writeHead(isRead ? 200 : 405, isRead ? headers : { allow: 'GET, HEAD' });
      response.end(isRead && request.method === 'GET' ? html : undefined);
    },
  );
  server.maxConnections = maxConnections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  // A later error concerns a single connection, which ends by itself.
  server.on('error', () => undefined);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
