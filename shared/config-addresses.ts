/**
 * The values in a `connection` that name a machine or a resource. Messages say what to write instead, and never repeat a
 * whole URL, which may contain a password.
 */
import * as z from 'zod';
import { isIpv6, parseBindAddress } from './bind-address.ts';
import { argument, shownLine, showValue, text } from './config-scalars.ts';
import { isLabelSelector, kubeKindNames, kubeKindOf, kubeKinds } from './kube-target.ts';
import { parseSshUrl } from './ssh-url.ts';

/** A host to connect to: a name or an address, an IPv6 address with or without brackets. */
export const hostName = refusing(
  (value) => urlFault(value) ?? portFault(value) ?? hostFault(bare(value)),
).overwrite(bare);

/** The address of a local port. `localhost` is the only name allowed: any other may resolve to a different machine later. */
export const bindAddress = argument.transform((value, context) => {
  const bind = parseBindAddress(value);
  if (bind !== undefined) return bind;
  const message = `${showValue(value)} is not an IP address: write one of this machine, 0.0.0.0 or "::" for all, or localhost`;
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

/** The destination argument of `ssh`: `[user@]host`, an ssh_config alias, which may be almost anything, or `ssh://…`. */
export const sshDestination = refusing((value) =>
  sshUrlFault(value, (plain) => loginPortFault(plain) ?? loginFault(splitLogin(plain))),
).overwrite((value) => {
  const { user, host } = splitLogin(value);
  return user === null ? bare(host) : `${user}@${bare(host)}`;
});

/** One hop of ssh's -J: `[user@]host[:port]` or `ssh://…`. A comma would start another hop. */
export const jumpHost = refusing((value) => sshUrlFault(value, hopFault));

/** The size of `sun_path` on Linux, minus the terminating NUL. */
const maxRemoteSocketBytes = 107;

/** A Unix socket on an ssh server, which uses the path verbatim. */
export const remoteSocket = shownLine(500).superRefine((value, context) => {
  const message = remoteSocketFault(value);
  if (message !== null) context.addIssue({ code: 'custom', message: `${showValue(value)} ${message}` });
});

function remoteSocketFault(value: string): string | null {
  if (value.startsWith('~')) return 'begins with "~", which the server does not expand: write the whole path';
  if (!value.startsWith('/') && !value.startsWith('${'))
    return 'is not an absolute path: the server knows no folder that it could be in';
  const bytes = new TextEncoder().encode(value).length;
  return bytes > maxRemoteSocketBytes
    ? `has ${bytes} bytes, and the path of a socket may have ${maxRemoteSocketBytes}`
    : null;
}

/** The user that ssh logs in as. */
export const userName = refusing((value) => userFault(value));

/** The name of a service, pod, deployment and so on, without its type: kubectl gets `service/postgres`. */
export const resourceName = refusing(
  (value) => urlFault(value) ?? typeFault(value) ?? slashFault(value) ?? colonFault(value),
);

/** The name of a namespace. */
export const namespaceName = refusing((value) => urlFault(value) ?? slashFault(value));

/** A resource type by any name that kubectl accepts; error messages list one name for each type. */
export const resourceType = text(50)
  .superRefine((value, context) => {
    if (kubeKindOf(value) === undefined)
      context.addIssue({ code: 'invalid_value', values: [...kubeKinds], input: value });
  })
  .meta({ enum: kubeKindNames });

/** A label selector as kubectl's `--selector` accepts it. */
export const labelSelector = text(500).superRefine((value, context) => {
  if (isLabelSelector(value)) return;
  const message = `${showValue(value)} is not a label selector: write app=web, or app=web,tier=db`;
  context.addIssue({ code: 'custom', message });
});

function refusing(faultOf: (value: string) => string | null) {
  return argument.superRefine((value, context) => {
    const message = faultOf(value);
    if (message !== null) context.addIssue({ code: 'custom', message });
  });
}

function urlFault(value: string): string | null {
  const url = /^[a-z][a-z\d+.-]*:\/\/(?:[^/?#]*@)?(\[[^\]]*\]|[^/:?#]*)/i.exec(value);
  if (url === null) return null;
  const name = bare(url[1] ?? '');
  // With an @ further on, the slash may be part of a password, and what looks like the host part of the user.
  const isKnown = name !== '' && !value.slice(url[0].length).includes('@');
  return `a URL found where a name is expected${isKnown ? `: write ${JSON.stringify(name)} alone` : ''}`;
}

/** `orPlain` checks values that are not URLs. */
function sshUrlFault(value: string, orPlain: (plain: string) => string | null): string | null {
  if (!value.startsWith('ssh://')) return urlFault(value) ?? orPlain(value);
  const url = parseSshUrl(value);
  return url === null
    ? 'a URL found that ssh does not take: write ssh://[user@]host[:port], and a password as password'
    : loginFault(url);
}

function hopFault(value: string): string | null {
  const { user, host: place } = splitLogin(value);
  const host = isIpv6(place) ? place : place.replace(/:\d+$/, '');
  const port = Number(place.slice(host.length + 1) || 22);
  if (host === '' || host.startsWith('-') || value.includes(',') || port < 1 || port > 65_535)
    return `${showValue(value)} is not a jump host: write [user@]host[:port]`;
  return loginFault({ user, host });
}

function loginFault({ user, host }: Login): string | null {
  return (user === null ? null : userFault(user)) ?? aliasFault(bare(host));
}

/** `me@bastion:22`, `[::1]:22`: ssh would take all of it as a name. A user with a colon may contain a password and is not shown. */
function loginPortFault(value: string): string | null {
  const { user, host: hostAndPort } = splitLogin(value);
  const { host, port } = splitPort(hostAndPort);
  if (port === null) return null;
  const isShown = user === null || !user.includes(':');
  const login = user === null || !isShown ? '' : `user ${showValue(user)}, `;
  const place = `${user === null ? '' : `${user}@`}${host.includes(':') ? `[${host}]` : host}:${port}`;
  const url = isShown ? `ssh://${place}, or ` : '';
  return `${isShown ? `${showValue(value)} ` : ''}names a port, which belongs in port: write ${url}${login}host ${showValue(host)} and port ${port}`;
}

function portFault(value: string): string | null {
  if (value.includes('@')) return null;
  const { host, port } = splitPort(value);
  if (port === null) return null;
  return `${showValue(value)} names a port, which belongs in remote_port: write host ${showValue(host)} and remote_port ${port}`;
}

/** Letters of every script: a domain may be written in Arabic. `${NAME}` is an unset variable. */
const hostFault = (host: string): string | null =>
  isIpv6(host)
    ? null
    : (signFault(host, /[@/]/, 'host name') ??
      signFault(host, /[^\p{L}\p{N}\p{M}_.-]/u, 'host name') ??
      emptyFault(host));

/** ssh_config may use anything without shell metacharacters as an alias. */
const aliasFault = (host: string): string | null =>
  isIpv6(host) ? null : (signFault(host, /[^\p{L}\p{N}\p{M}_.:%+/=,@-]/u, 'host name') ?? emptyFault(host));

/** Also `me@corp.example`, and `CORP\me` with a Windows domain. */
const userFault = (user: string): string | null =>
  signFault(user, /[^\p{L}\p{N}\p{M}_.:%+/=,@\\-]|\\(?![\p{L}\p{N}])/u, 'user name') ?? emptyFault(user);

/** Never shows the whole value: the part before an "@" may contain a password. */
function signFault(text: string, refused: RegExp, kind: 'host name' | 'user name'): string | null {
  const plain = text.replace(/\$\{\w+\}/g, '');
  if (plain.startsWith('-')) return 'begins with "-" and would be mistaken for an option';
  const sign = refused.exec(plain)?.[0];
  return sign === undefined ? null : `contains ${JSON.stringify(sign)}, which no ${kind} does`;
}

const emptyFault = (text: string): string | null => (text === '' ? 'has no name: write [user@]host' : null);

interface Login {
  readonly user: string | null;
  readonly host: string;
}

function splitLogin(value: string): Login {
  const at = value.lastIndexOf('@');
  return at === -1 ? { user: null, host: value } : { user: value.slice(0, at), host: value.slice(at + 1) };
}

/** Splits `bastion:22` and `[::1]:22`; an IPv6 address without brackets has no port. */
function splitPort(place: string): { readonly host: string; readonly port: string | null } {
  const [, host, port] = /^([^:]+|\[.*\]):(\d+)$/.exec(place) ?? [];
  return host === undefined || port === undefined ? { host: place, port: null } : { host: bare(host), port };
}

function typeFault(value: string): string | null {
  const [, type = '', name] = /^([^/.]+)(?:\.[^/]*)?\/([^/]+)$/.exec(value) ?? [];
  const known = kubeKindOf(type);
  if (known === undefined || name === undefined) return null;
  return `${showValue(value)} names its type, which belongs in resource_type: write ${showValue(name)} and resource_type ${known}`;
}

const slashFault = (value: string): string | null =>
  value.includes('/') ? `${showValue(value)} contains "/", which no name in Kubernetes does` : null;

function colonFault(value: string): string | null {
  const [name = '', port] = value.split(':', 2);
  return port === undefined
    ? null
    : `${showValue(value)} names a port, which belongs in remote_port: write ${showValue(name)} and remote_port ${port}`;
}

/** Removes the brackets that URLs and ssh's -L put around an IPv6 address. */
function bare(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}
