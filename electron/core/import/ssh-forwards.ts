/** The forwards of a host from the output of `ssh -G HOST`, and the services that they become. Pure. */
import { parseBindAddress } from '../../../shared/bind-address.ts';
import { assertNever } from '../../../shared/result.ts';
import type { Proposal } from './service-proposal.ts';
import type { ForwardKind, WrittenForward } from './ssh-config.ts';

/** `address`: null where none is written. */
type SshEndpoint = { readonly address: string | null; readonly port: number } | { readonly path: string };

export interface ResolvedForward {
  readonly kind: ForwardKind;
  readonly listen: SshEndpoint;
  /** null: each client chooses it (SOCKS). */
  readonly to: SshEndpoint | null;
  /** `localforward 8080 [db]:80` */
  readonly text: string;
  /** The listening end, as written there. */
  readonly listenText: string;
  /** The remote end, likewise; null: each client chooses it (SOCKS). */
  readonly toText: string | null;
}

const kinds = { localforward: 'local', remoteforward: 'remote', dynamicforward: 'dynamic' } as const;

/** Blanks in paths are not escaped: a path begins with a slash, so it ends before the next path. */
const forwardLine =
  /^(localforward|remoteforward|dynamicforward) (\d+|\[[^\]]*\]:\d+|\/.*?)(?: (\[[^\]]*\]:\d+|\/.*))?$/;

export function parseForwards(resolved: string): readonly ResolvedForward[] {
  const forwards = resolved.split('\n').flatMap((line): readonly ResolvedForward[] => {
    const match = forwardLine.exec(line.trim());
    if (match === null) return [];
    const [text, keyword = '', listen = '', to] = match;
    const kind = kinds[keyword as keyof typeof kinds];
    const toText = to === undefined || to === '[socks]:0' ? null : to;
    return [
      {
        kind,
        listen: endpointOf(listen),
        to: toText === null ? null : endpointOf(toText),
        text,
        listenText: listen,
        toText,
      },
    ];
  });
  // ssh prints a forward to a socket as a SOCKS proxy as well (dump_cfg_forwards in readconf.c).
  const isEcho = ({ kind, listenText }: ResolvedForward): boolean =>
    kind === 'dynamic' &&
    forwards.some((other) => other.kind === 'local' && other.listenText === listenText && other.to !== null);
  return forwards.filter((forward) => !isEcho(forward));
}

function endpointOf(text: string): SshEndpoint {
  if (text.startsWith('/')) return { path: text };
  const [, address, port = text] = /^\[([^\]]*)\]:(\d+)$/.exec(text) ?? [];
  return { address: address ?? null, port: Number(port) };
}

/** `GatewayPorts yes`: without an address, ssh listens on all of them. */
export const opensToAll = (resolved: string): boolean => /^gatewayports yes$/m.test(resolved);

interface Keys {
  /** null: the service opens no port. */
  readonly preferredPort: number | null;
  readonly ends: Readonly<Record<string, unknown>>;
  readonly connection: Readonly<Record<string, unknown>>;
  /** The end of the service's name. */
  readonly suffix: string;
}

/** A service, or why no service is equivalent. User, port, key and jump hosts stay in the ssh_config, where ssh reads them. */
export function proposeForward(
  host: string,
  forward: ResolvedForward,
  { isOnly, isOpenToAll }: { readonly isOnly: boolean; readonly isOpenToAll: boolean },
): Proposal | string {
  const keys = keysOf(forward, isOpenToAll);
  if (typeof keys === 'string') return keys;
  const { suffix, connection, preferredPort, ends } = keys;
  return {
    name: isOnly ? host : `${host}-${suffix}`,
    technology: 'ssh',
    preferredPort,
    ends,
    tags: [],
    connection: { host, ...connection },
  };
}

function keysOf(forward: ResolvedForward, isOpenToAll: boolean): Keys | string {
  switch (forward.kind) {
    case 'local':
      return localKeys(forward, isOpenToAll);
    case 'remote':
      return reverseKeys(forward);
    case 'dynamic': {
      const local = localEnd(forward.listen, isOpenToAll);
      return typeof local === 'string'
        ? local
        : { ...local, ends: { ...local.ends, dynamic: true }, connection: {}, suffix: 'socks' };
    }
    default:
      return assertNever(forward.kind, 'forward');
  }
}

function localKeys({ listen, to }: ResolvedForward, isOpenToAll: boolean): Keys | string {
  const local = localEnd(listen, isOpenToAll);
  if (typeof local === 'string') return local;
  if (to === null) return 'it has no target';
  const { ends } = local;
  if ('path' in to)
    return { ...local, ends: { ...ends, remote_socket: to.path }, connection: {}, suffix: nameOf(to.path) };
  const { address, port } = to;
  return {
    ...local,
    ends: { ...ends, remote_port: port },
    connection: address === null || address === 'localhost' ? {} : { remote_host: address },
    suffix: String(port),
  };
}

/** Where a service listens on this machine. */
function localEnd(listen: SshEndpoint, isOpenToAll: boolean): Pick<Keys, 'preferredPort' | 'ends'> | string {
  if ('path' in listen) return { preferredPort: null, ends: { local_socket: listen.path } };
  const { address, port } = listen;
  const all = { preferredPort: port, ends: { bind: '::' } };
  if (address === null) return isOpenToAll ? all : { preferredPort: port, ends: {} };
  if (address === '' || address === '*') return all;
  const bind = parseBindAddress(address);
  if (bind === undefined) return `bind takes an IP address, and ${address} is a name`;
  return { preferredPort: port, ends: bind === null ? {} : { bind } };
}

function reverseKeys({ listen, to }: ResolvedForward): Keys | string {
  if (to === null) return 'LocalPort cannot open a SOCKS proxy on a server';
  const local =
    'path' in to
      ? { local_socket: to.path }
      : {
          local_port: to.port,
          ...(to.address === null || to.address === 'localhost' ? {} : { local_host: to.address }),
        };
  const reverse = { preferredPort: null, ends: { remote: true, ...local } };
  if ('path' in listen)
    return {
      ...reverse,
      ends: { ...reverse.ends, remote_socket: listen.path },
      connection: {},
      suffix: `remote-${nameOf(listen.path)}`,
    };
  const { address, port } = listen;
  if (port === 0) return 'the server would choose another port each time';
  return {
    ...reverse,
    ends: { ...reverse.ends, remote_port: port },
    connection: address === null || address === 'localhost' ? {} : { remote_host: hostOf(address) },
    suffix: `remote-${port}`,
  };
}

const hostOf = (address: string): string => (address === '' || address === '*' ? '0.0.0.0' : address);

/** `docker` of `/var/run/docker.sock`. */
const nameOf = (path: string): string =>
  (path.split('/').at(-1) ?? '').replace(/\.sock(?:et)?$/, '').replaceAll(/[^\w.-]+|^\.+/g, '') || 'socket';

/**
 * The line of a forward; null: not found. Of equal lines, one that always applies wins. If no line is equal, because of a
 * variable for example, a conditional one may be it.
 */
export function whereWritten<Written extends WrittenForward>(
  { kind, listenText, toText }: ResolvedForward,
  written: readonly Written[],
): Written | null {
  const ofKind = written.filter((one) => one.kind === kind);
  const alike = ofKind.filter(({ listen, to }) => listen === listenText && to === toText);
  if (alike.length > 0) return alike.find(({ isPassing }) => !isPassing) ?? alike[0] ?? null;
  const sameListener = ofKind.filter(({ listen }) => listen === listenText);
  const near = sameListener.length > 0 ? sameListener : ofKind.filter(({ listen }) => /%|\$\{/.test(listen));
  return near.find(({ isPassing }) => isPassing) ?? near[0] ?? null;
}
