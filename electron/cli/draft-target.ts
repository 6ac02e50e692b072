/** The argument of `localport add KIND`: the target of the service, as people write it. Pure. */
import { kubeKindOf } from '../../shared/kube-target.ts';
import type { ServiceDraft } from '../../shared/service-edit.ts';
import { usageFailure } from './command-failure.ts';
import { plainValue } from './draft-options.ts';

/** `svc/postgres`, `deploy/web:8080`, `postgres` for a service. */
export function kubeTarget(text: string): ServiceDraft {
  const [, resource = '', port] = /^([^:]+)(?::([\w-]+))?$/.exec(text) ?? [];
  const [type, name, ...more] = resource.split('/');
  if (more.length > 0 || type === undefined || type === '' || name === '')
    throw usageFailure(
      `${JSON.stringify(text)} is no target`,
      'Write TYPE/NAME: svc/postgres, deploy/web. A port may follow: svc/postgres:5432.',
    );
  const remotePort = port === undefined ? {} : { remote_port: plainValue(port) };
  if (name === undefined) return { ...remotePort, connection: { resource_name: type } };
  const kind = kubeKindOf(type) ?? type;
  const resourceType = kind === 'service' ? {} : { resource_type: kind };
  return { ...remotePort, connection: { ...resourceType, resource_name: name } };
}

/** The ports of `kubectl port-forward`: `5432`, `15432:5432`, `:5432` for any local one. */
export function kubePorts(text: string): ServiceDraft {
  const [, local, remote] = /^(?:(\d*):)?([\w-]+)$/.exec(text) ?? [];
  if (remote === undefined)
    throw usageFailure(`${JSON.stringify(text)} is no port`, 'Write PORT or LOCAL:PORT: 5432, 15432:5432.');
  return { ...localPort(local), remote_port: plainValue(remote) };
}

/** Behind an ssh server: `5432`, `db:5432`, `15432:db:5432` as for ssh -L, `/run/postgresql/.s.PGSQL.5432`. */
export function sshTarget(text: string): ServiceDraft {
  if (text.startsWith('/')) return { remote_socket: text, connection: {} };
  const { local, host, port } = splitPort(text);
  return {
    ...localPort(local),
    remote_port: plainValue(port),
    connection: host === null ? {} : { remote_host: host },
  };
}

export function tcpTarget(text: string): ServiceDraft {
  const { local, host, port } = splitPort(text);
  if (host === null)
    throw usageFailure(`${JSON.stringify(text)} has no host`, 'Write HOST:PORT: db.example.com:5432.');
  return { ...localPort(local), remote_port: plainValue(port), connection: { host } };
}

const localPort = (text: string | undefined): ServiceDraft =>
  text === undefined ? {} : { local_port: text === '' ? 'auto' : plainValue(text) };

interface SplitTarget {
  readonly local: string | undefined;
  readonly host: string | null;
  readonly port: string;
}

/** `5432`, `db:5432`, `[::1]:5432`, each also behind a local port. */
function splitPort(text: string): SplitTarget {
  const [, local, bracketed, plain, port] =
    /^(?:(\d+):)?(?:\[([^\]]+)\]:|([^:]+):)?(\d{1,6})$/.exec(text) ?? [];
  if (port !== undefined) return { local, host: bracketed ?? plain ?? null, port };
  const address = addressInUrl(text);
  throw address === null
    ? usageFailure(`${JSON.stringify(text)} has no port`, 'Write HOST:PORT: db.example.com:5432.')
    : usageFailure('a URL found where HOST:PORT is expected', `Write ${address}.`);
}

const usualPorts: Readonly<Record<string, string>> = {
  http: '80',
  https: '443',
  postgres: '5432',
  postgresql: '5432',
  mysql: '3306',
  redis: '6379',
  mongodb: '27017',
};

/** `db:5432` for `postgres://me:password@db/shop`; null: not the URL of a host. */
export function addressInUrl(text: string): string | null {
  if (!text.includes('://') || !URL.canParse(text)) return null;
  const { hostname, port, protocol } = new URL(text);
  return hostname === '' ? null : `${hostname}:${port || (usualPorts[protocol.slice(0, -1)] ?? 'PORT')}`;
}
