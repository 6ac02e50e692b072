/** The argument of `localport add KIND`: the target of the service, as people write it. Pure. */
import { kubeKindOf } from '../../shared/kube-target.ts';
import type { ServiceDraft } from '../../shared/service-edit.ts';
import { usageFailure } from './command-failure.ts';
import { plainValue } from './draft-options.ts';

/** `svc/postgres`, `deploy/web:8080`, `postgres` for a service. */
export function kubeTarget(text: string): ServiceDraft {
  const [, resource = text, port] = /^(.+?)(?::([\w-]+))?$/.exec(text) ?? [];
  const [type, name, ...more] = resource.split('/');
  if (more.length > 0 || type === undefined || type === '' || name === '')
    throw usageFailure(`${JSON.stringify(text)} is no target`, 'Write TYPE/NAME: svc/postgres, deploy/web.');
  const remotePort = port === undefined ? {} : { remote_port: plainValue(port) };
  if (name === undefined) return { ...remotePort, connection: { resource_name: type } };
  const kind = kubeKindOf(type) ?? type;
  const resourceType = kind === 'service' ? {} : { resource_type: kind };
  return { ...remotePort, connection: { ...resourceType, resource_name: name } };
}

/** Behind an ssh server: `5432`, `db:5432`, `/run/postgresql/.s.PGSQL.5432`. */
export function sshTarget(text: string): ServiceDraft {
  if (text.startsWith('/')) return { remote_socket: text, connection: {} };
  const { host, port } = splitPort(text);
  return { remote_port: plainValue(port), connection: host === null ? {} : { remote_host: host } };
}

export function tcpTarget(text: string): ServiceDraft {
  const { host, port } = splitPort(text);
  if (host === null)
    throw usageFailure(`${JSON.stringify(text)} has no host`, 'Write HOST:PORT: db.example.com:5432.');
  return { remote_port: plainValue(port), connection: { host } };
}

/** `[::1]:5432` */
function splitPort(text: string): { readonly host: string | null; readonly port: string } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]:|([^:]+):)?(\d{1,6})$/.exec(text) ?? [];
  if (port === undefined)
    throw usageFailure(`${JSON.stringify(text)} has no port`, 'Write HOST:PORT: db.example.com:5432.');
  return { host: bracketed ?? plain ?? null, port };
}
