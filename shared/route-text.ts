/** Where a service leads, in the user's own terms. Pure. */
import { joinHostPort } from './bind-address.ts';
import { shortTargetName } from './kube-target.ts';
import type { Connection, LocalTarget, SshConnection } from './service-spec.ts';

/**
 * `prod · svc/postgres`, `deploy@bastion → db:5432`, `deploy@bastion → /run/postgresql/.s.PGSQL.5432`, `via bastion (SOCKS)`. A
 * reverse forward starts at its server: `deploy@bastion:8080 → localhost:3000`.
 */
export function describeRoute(connection: Connection): string {
  switch (connection.technology) {
    case 'kubectl': {
      const where = connection.context ?? connection.namespace;
      return `${where === null ? '' : `${where} · `}${shortTargetName(connection.target)}`;
    }
    case 'ssh': {
      const { localTarget } = connection;
      if (connection.isDynamic === true) return `via ${loginOf(connection)} (SOCKS)`;
      return localTarget === undefined
        ? `${loginOf(connection)} → ${describeRemoteEnd(connection)}`
        : `${describeListener(connection)} → ${describeLocalTarget(localTarget)}`;
    }
    case 'tcp':
      return `${connection.host}:${String(connection.remotePort)}`;
    case 'command':
      return connection.argv[0].split('/').at(-1) ?? connection.argv[0];
  }
}

/** Clients connect to the server and are forwarded to this machine. */
export const isReverse = (connection: Connection): boolean =>
  connection.technology === 'ssh' && connection.localTarget !== undefined;

/** Where clients of a reverse forward connect on its server: `deploy@bastion:8080`; undefined: not a reverse forward. */
export const remoteAddressOf = (connection: Connection): string | undefined =>
  connection.technology === 'ssh' && connection.localTarget !== undefined
    ? describeListener(connection)
    : undefined;

/** The same, as part of a snapshot. */
export function remoteAddressIn({ connection }: { readonly connection: Connection }): {
  readonly remoteAddress?: string;
} {
  const remoteAddress = remoteAddressOf(connection);
  return remoteAddress === undefined ? {} : { remoteAddress };
}

/** The remote end of an ssh service as seen from its server: `db:5432`, `/run/docker.sock`. */
export const describeRemoteEnd = ({ remoteSocket, remoteHost, remotePort }: SshConnection): string =>
  remoteSocket ?? `${remoteHost}:${String(remotePort)}`;

export const describeLocalTarget = (target: LocalTarget): string =>
  'path' in target ? target.path : joinHostPort(target.host, target.port);

/** Extracts the host that an ssh service logs in to from the output of `describeRoute`. */
export function sshHostIn(route: string): string | null {
  const proxy = /^via (?:\S*@)?([^\s@]+) \(SOCKS\)$/.exec(route)?.[1];
  if (proxy !== undefined) return proxy;
  const [start = '', end] = route.split(' → ');
  if (end === undefined) return null;
  // A reverse forward starts with an address on the host.
  const [, bracketed, before, host] =
    /^(?:[^\s/]*@)?(?:\[([^\]]+)\]:(?:\d+|\/.*)|([^\s:/@]+):(?:\d+|\/.*)|([^\s@]+)(?: \(.*\))?)$/.exec(
      start,
    ) ?? [];
  return bracketed ?? before ?? host ?? null;
}

function describeListener(connection: SshConnection): string {
  const { host, remoteHost, remotePort, remoteSocket } = connection;
  if (remoteSocket !== undefined)
    return `${userOf(connection)}${host.includes(':') ? `[${host}]` : host}:${remoteSocket}`;
  if (remoteHost !== 'localhost') return `${loginOf(connection)} (${joinHostPort(remoteHost, remotePort)})`;
  return `${userOf(connection)}${joinHostPort(host, remotePort)}`;
}

const loginOf = (connection: SshConnection): string => `${userOf(connection)}${connection.host}`;

const userOf = ({ user }: SshConnection): string => (user === null ? '' : `${user}@`);
