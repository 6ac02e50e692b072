/** What the keys of one ssh service that say where its two ends are mean together: each of them is sound alone. Pure. */
import { isOpenToOthers, parseBindAddress } from '../../../shared/bind-address.ts';
import type { RawConnection, RawService } from '../../../shared/config-schema.ts';
import type { ConfigProblem } from '../../../shared/service-snapshot.ts';
import type { ConfigPath } from './config-problem.ts';

export interface FarEndFault {
  readonly severity: ConfigProblem['severity'];
  /** Below the service. */
  readonly at: ConfigPath;
  readonly message: string;
}

const error = (key: string, message: string): FarEndFault => ({ severity: 'error', at: [key], message });

export function farEndFaults(service: RawService, raw: RawConnection): readonly FarEndFault[] {
  if (raw.technology !== 'ssh') return onlyForSsh(service);
  return [
    ...socketFaults(service, raw.connection),
    ...(service.remote === true ? reverseFaults(service, raw.connection) : forwardFaults(service)),
  ];
}

const onlyForSsh = (service: RawService): readonly FarEndFault[] =>
  (['remote_socket', 'remote', 'local_host', 'dynamic'] as const)
    .filter((key) => service[key] !== undefined)
    .map((key) => error(key, 'works for ssh only'));

type RawSsh = Extract<RawConnection, { readonly technology: 'ssh' }>['connection'];

function socketFaults(service: RawService, connection: RawSsh): readonly FarEndFault[] {
  const isInside = connection.remote_socket !== undefined;
  if (service.remote_socket === undefined && !isInside) return [];
  const place = isInside ? 'connection.remote_socket' : 'remote_socket';
  const conflicts = `cannot stand beside ${place}, which names the far end: remove one of the two`;
  return [
    ...(service.remote_socket !== undefined && isInside ? [error('remote_socket', conflicts)] : []),
    ...(service.remote_port === undefined ? [] : [error('remote_port', conflicts)]),
    ...(connection.remote_host === undefined
      ? []
      : [{ severity: 'error', at: ['connection', 'remote_host'], message: conflicts } as const]),
  ];
}

function forwardFaults({ local_host: host }: RawService): readonly FarEndFault[] {
  return host === undefined ? [] : [error('local_host', 'works with remote: true only')];
}

/** The local end of a reverse forward is a program of the user's: nothing is opened there. */
function reverseFaults(service: RawService, { remote_host: listenHost }: RawSsh): readonly FarEndFault[] {
  const { local_port: port, local_socket: socket } = service;
  const opensNothing = (key: string, instead: string): FarEndFault =>
    error(key, `has no place with remote: true, which opens nothing on this machine: ${instead}`);
  return [
    ...(service.dynamic === true
      ? [error('remote', 'works without dynamic only: remove one of the two')]
      : []),
    ...(port === 'auto' ? [opensNothing('local_port', "write your program's port")] : []),
    ...(port !== undefined && socket !== undefined
      ? [error('local_socket', 'cannot stand beside local_port with remote: true: remove one of the two')]
      : []),
    ...(service.local_host !== undefined && socket !== undefined
      ? [error('local_host', 'cannot stand beside local_socket: remove one of the two')]
      : []),
    ...(service.bind === undefined
      ? []
      : [opensNothing('bind', 'the address at which the server listens is remote_host')]),
    ...openToOthers(service, listenHost),
  ];
}

/** sshd listens at its loopback address instead, without a word, as long as its GatewayPorts says no (sshd_config(5)). */
function openToOthers({ name }: RawService, listenHost: string | undefined): readonly FarEndFault[] {
  const isLocal = listenHost === undefined || !isOpenToOthers(parseBindAddress(listenHost) ?? listenHost);
  if (isLocal) return [];
  const message = `lets other machines connect to ${name} if GatewayPorts in the sshd_config of the server allows it, which by default it does not`;
  return [{ severity: 'warning', at: ['connection', 'remote_host'], message }];
}
