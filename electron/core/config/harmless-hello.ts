/** The protocols that a port is known for, and whose first question no server minds. Pure. */
import { isReverse } from '../../../shared/route-text.ts';
import type { Connection, ProbeSpec, TargetProbe } from '../../../shared/service-spec.ts';

export const autoProbe = (connection: Connection): ProbeSpec => ({
  type: 'auto',
  hello: harmlessHello(connection),
});

/** Nobody logs in, and any answer will do. */
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

/** The names that PostgreSQL, Docker and Podman give to their sockets. */
function helloToSocket(path: string): TargetProbe | null {
  const name = path.split('/').at(-1) ?? '';
  if (/^\.s\.PGSQL\.\d+$/.test(name)) return postgresAt('localhost');
  return name === 'docker.sock' || name === 'podman.sock' ? http : null;
}

/**
 * null: the protocol is not known, or a server minds a connection that says no more than this. MySQL counts it as an error
 * and blocks the host after 100; a debugger takes it for its one session.
 */
export function harmlessHello(connection: Connection): TargetProbe | null {
  const servername = serverNameOf(connection);
  // What it leads to is on this machine, and nobody's server.
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

/** The name that the far end's certificate should have: what those call it who reach it without us. */
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
