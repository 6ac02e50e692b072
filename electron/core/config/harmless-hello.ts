/** The protocols of well-known ports whose first message is harmless to the server. Pure. */
import { isReverse } from '../../../shared/route-text.ts';
import type { Connection, ProbeSpec, TargetProbe } from '../../../shared/service-spec.ts';

export const autoProbe = (connection: Connection): ProbeSpec => ({
  type: 'auto',
  hello: harmlessHello(connection),
});

/** There is no login, and any answer is accepted. */
const unchecked = { verifySsl: false, caFile: null } as const;

const http: TargetProbe = {
  type: 'http',
  url: null,
  method: 'HEAD',
  expectedStatus: [200],
  expectedContent: null,
  headers: {},
  ...unchecked,
};

const postgresAt = (host: string): TargetProbe => ({
  type: 'postgres',
  database: null,
  user: null,
  password: null,
  sslmode: 'prefer',
  caFile: null,
  host,
});

/** The socket names of PostgreSQL, Docker and Podman. */
function helloToSocket(path: string): TargetProbe | null {
  const name = path.split('/').at(-1) ?? '';
  if (/^\.s\.PGSQL\.\d+$/.test(name)) return postgresAt('localhost');
  return name === 'docker.sock' || name === 'podman.sock' ? http : null;
}

/**
 * null: the protocol is not known, or such a short connection harms the server. MySQL counts it as an error
 * and blocks the host after 100; a debugger takes it for its only session.
 */
export function harmlessHello(connection: Connection): TargetProbe | null {
  const servername = serverNameOf(connection);
  // Its target is on this machine, and not a known server.
  if (isReverse(connection)) return null;
  if (connection.technology === 'ssh' && connection.remoteSocket !== undefined)
    return helloToSocket(connection.remoteSocket);
  switch (connection.remotePort) {
    case 22:
      return { type: 'ssh' };
    case 80:
    case 8080:
      return http;
    case 443:
    case 6443:
    case 8443:
      return { type: 'tls', servername, expiresWithinMs: null, ...unchecked };
    case 5432:
      return postgresAt(servername);
    case 6379:
      return { type: 'redis', user: null, password: null, tls: false, servername, ...unchecked };
    case 9092:
      return { type: 'kafka', bootstrapServers: null, tls: false, servername, ...unchecked };
    case null:
    default:
      return null;
  }
}

/** The expected name in the remote end's certificate: its name for clients that connect without LocalPort. */
export function serverNameOf(connection: Connection): string {
  switch (connection.technology) {
    case 'tcp':
      return connection.host;
    case 'ssh':
      return connection.remoteHost;
    case 'kubectl':
    case 'command':
      return 'localhost';
  }
}
