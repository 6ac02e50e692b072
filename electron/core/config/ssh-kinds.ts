/**
 * Conflicting keys in an ssh service that is not a plain forward: a forward to a socket on the server, a reverse forward, a SOCKS
 * proxy, or a forward on the user's own connection. Also for entries with other errors. Pure.
 */
import { isOpenToOthers, parseBindAddress } from '../../../shared/bind-address.ts';
import { flag } from '../../../shared/config-scalars.ts';
import type { ConfigProblem } from '../../../shared/service-snapshot.ts';
import type { ConfigPath } from './config-problem.ts';
import { isReverseEntry } from './reverse-entry.ts';
import { targetlessChecks } from './service-defaults.ts';
import { valueAt } from './tree-path.ts';

export interface SshKindFault {
  readonly severity: ConfigProblem['severity'];
  /** The path below the service. */
  readonly at: ConfigPath;
  readonly message: string;
}

export function sshKindFaults(service: unknown): readonly SshKindFault[] {
  if (valueAt(service, ['technology']) !== 'ssh') return onlyForSsh(service);
  // Together they are one error, instead of one for each key that only one of them allows.
  const isBoth = isDynamic(service) && isReverseEntry(service);
  const ofEnds = isBoth
    ? [error(['remote'], 'cannot be combined with dynamic: remove one of the two')]
    : [
        ...(isDynamic(service) ? dynamicFaults(service) : socketFaults(service)),
        ...(isReverseEntry(service) ? reverseFaults(service) : forwardFaults(service)),
      ];
  return [...ofEnds, ...ownMasterFaults(service)];
}

/** The remote end is not a port: it is a socket, or each client chooses it. */
export const hasOtherEnd = (service: unknown): boolean =>
  valueAt(service, ['technology']) === 'ssh' && (isDynamic(service) || socketPlaces(service).length > 0);

const error = (at: ConfigPath, message: string): SshKindFault => ({ severity: 'error', at, message });

const has = (service: unknown, ...place: readonly string[]): boolean => valueAt(service, place) !== undefined;
const isOn = (service: unknown, ...place: readonly string[]): boolean =>
  flag.safeParse(valueAt(service, place)).data === true;

const isOff = (service: unknown, ...place: readonly string[]): boolean =>
  flag.safeParse(valueAt(service, place)).data === false;

const isDynamic = (service: unknown): boolean =>
  isOn(service, 'dynamic') || isOn(service, 'connection', 'dynamic');

const socketPlaces = (service: unknown): readonly (readonly string[])[] =>
  [['remote_socket'], ['connection', 'remote_socket']].filter((place) => has(service, ...place));

/** In a connection of another technology they are unknown keys. */
const onlyForSsh = (service: unknown): readonly SshKindFault[] =>
  [
    ...['remote_socket', 'local_host'].filter((key) => has(service, key)),
    ...['remote', 'dynamic'].filter((key) => isOn(service, key)),
  ].map((key) => error([key], 'works with technology: ssh only'));

function socketFaults(service: unknown): readonly SshKindFault[] {
  const places = socketPlaces(service);
  const place = places.at(-1);
  if (place === undefined) return [];
  const others = [['remote_port'], ['connection', 'remote_host']].filter((one) => has(service, ...one));
  const conflicts = `cannot be combined with ${place.join('.')}, which also names the remote end: remove one of the two`;
  return [...places.slice(0, -1), ...others].map((at) => error(at, conflicts));
}

function dynamicFaults(service: unknown): readonly SshKindFault[] {
  const ends = [['remote_port'], ['connection', 'remote_host']].filter((place) => has(service, ...place));
  const type = valueAt(service, ['health_check', 'type']);
  return [
    ...[...ends, ...socketPlaces(service)].map((at) =>
      error(at, 'contradicts dynamic: true, where each client names its own target: remove one of them'),
    ),
    ...(has(service, 'allowed_hosts')
      ? [error(['allowed_hosts'], 'is for HTTP, and dynamic: true speaks SOCKS: remove one of them')]
      : []),
    ...(typeof type === 'string' && !targetlessChecks.includes(type)
      ? [
          error(
            ['health_check', 'type'],
            `${type} needs a target, and dynamic: true has none: use ${targetlessChecks.join(', ')}`,
          ),
        ]
      : []),
  ];
}

const forwardFaults = (service: unknown): readonly SshKindFault[] =>
  has(service, 'local_host') ? [error(['local_host'], 'works with remote: true only')] : [];

/** The local end of a reverse forward is a program of the user's: no port is opened there. */
function reverseFaults(service: unknown): readonly SshKindFault[] {
  const opensNothing = (key: string, instead: string): SshKindFault =>
    error([key], `cannot be combined with remote: true, which opens nothing on this machine: ${instead}`);
  const hasSocket = has(service, 'local_socket');
  return [
    ...(valueAt(service, ['local_port']) === 'auto'
      ? [opensNothing('local_port', "write your program's port")]
      : []),
    ...(hasSocket && has(service, 'local_port')
      ? [
          error(
            ['local_socket'],
            'cannot be combined with local_port in a reverse forward: remove one of the two',
          ),
        ]
      : []),
    ...(hasSocket && has(service, 'local_host')
      ? [error(['local_host'], 'cannot be combined with local_socket: remove one of the two')]
      : []),
    ...(has(service, 'bind')
      ? [opensNothing('bind', 'to choose the address that the server listens on, use remote_host')]
      : []),
    ...(has(service, 'on_demand') && !isOff(service, 'on_demand')
      ? [
          error(
            ['on_demand'],
            'cannot be combined with remote: true, whose clients arrive at the server: remove one of the two',
          ),
        ]
      : []),
    ...openToOthers(service),
  ];
}

/** sshd silently listens at its loopback address instead, unless its GatewayPorts allows more (sshd_config(5)). */
function openToOthers(service: unknown): readonly SshKindFault[] {
  const at = ['connection', 'remote_host'];
  const [name, listenHost] = [valueAt(service, ['name']), valueAt(service, at)];
  if (typeof listenHost !== 'string' || !isOpenToOthers(parseBindAddress(listenHost) ?? listenHost))
    return [];
  const message = `lets other machines connect to ${String(name)} if GatewayPorts in the sshd_config of the server allows it, which by default it does not`;
  return [{ severity: 'warning', at, message }];
}

/** With the user's own connection, the login is not ours to configure, and nothing of ours may remain on it. */
function ownMasterFaults(service: unknown): readonly SshKindFault[] {
  const at = ['connection', 'control_path'];
  if (valueAt(service, at) !== 'user') return [];
  const loginKeys = ['key_file', 'password', 'jump', 'strict_host_key_checking'];
  return [
    ...(isReverseEntry(service)
      ? [
          error(
            at,
            'cannot be combined with remote: true, whose forward would stay on your own connection: remove one of the two',
          ),
        ]
      : []),
    // Masters before OpenSSH 9.4 would make the server resolve the path as a host name.
    ...(!isReverseEntry(service) && socketPlaces(service).length > 0
      ? [
          error(
            at,
            'cannot be combined with remote_socket, which ssh masters before OpenSSH 9.4 cannot open: remove one of the two',
          ),
        ]
      : []),
    ...loginKeys
      .filter((key) => has(service, 'connection', key))
      .map((key) => ({
        severity: 'warning' as const,
        at: ['connection', key],
        message: 'has no effect with control_path: user, which uses the connection that you have opened',
      })),
  ];
}
