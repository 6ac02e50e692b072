/** The protocols that a port is known for, and whose first question no server minds. Pure. */
import type { Connection, ProbeSpec, TargetProbe } from '../../../shared/service-spec.ts';

export const autoProbe = (connection: Connection): ProbeSpec => ({
  type: 'auto',
  hello: harmlessHello(connection),
});

/** Nobody logs in, and any answer will do. */
const unchecked = { verifySsl: false, caFile: null } as const;

/**
 * null: the protocol is not known, or a server minds a connection that says no more than this. MySQL counts it as an error
 * and blocks the host after 100; a debugger takes it for its one session.
 */
export function harmlessHello(connection: Connection): TargetProbe | null {
  const servername = serverNameOf(connection);
  switch (connection.remotePort) {
    case 22:
      return { type: 'ssh' };
    case 80:
    case 8080:
      return {
        type: 'http',
        url: null,
        method: 'HEAD',
        expectedStatus: [200],
        expectedContent: null,
        headers: {},
        ...unchecked,
      };
    case 443:
    case 6443:
    case 8443:
      return { type: 'tls', servername, expiresWithinMs: null, ...unchecked };
    case 5432:
      return {
        type: 'postgres',
        database: null,
        user: null,
        password: null,
        sslmode: 'prefer',
        caFile: null,
        host: servername,
      };
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
