import { once } from 'node:events';
import { createServer } from 'node:http';
import { portOf } from '../../../e2e/fixtures/servers.ts';

export interface HttpServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** A web server on a free loopback port that answers everything with 200. */
export async function startHttpServer(): Promise<HttpServer> {
  const server = createServer((_request, response) => response.end('well\n'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: portOf(server),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
