/**
 * What names a machine or a resource in a `connection`. Messages say what to write instead, and never repeat a whole URL:
 * one may hold a password.
 */
import * as z from 'zod';
import { parseBindAddress } from './bind-address.ts';
import { argument, showValue } from './config-scalars.ts';
import { parseSshUrl } from './ssh-url.ts';

/** A host, which tcp connects to or an ssh server does. A port or a path in it would only fail as an unknown name. */
export const hostName = argument.superRefine((value, context) => {
  const message = urlFault(value) ?? hostFault(value);
  if (message !== null) context.addIssue({ code: 'custom', message });
});

/** Where a local port is opened: no name but `localhost`, as a name may mean another machine tomorrow. */
export const bindAddress = argument.transform((value, context) => {
  const bind = parseBindAddress(value);
  if (bind !== undefined) return bind;
  const message = `${showValue(value)} is no IP address: write one of this machine, 0.0.0.0 or "::" for all, or localhost`;
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

/** What stands behind `ssh`: `[user@]host`, an alias of ssh_config, which may be almost anything, or `ssh://…`. */
export const sshDestination = argument.superRefine((value, context) => {
  const message = sshUrlFault(value);
  if (message !== null) context.addIssue({ code: 'custom', message });
});

/** One hop of ssh's -J: `[user@]host[:port]` or `ssh://…`. A comma would start another hop. */
export const jumpHost = argument.superRefine((value, context) => {
  const message = sshUrlFault(value) ?? hopFault(value);
  if (message !== null) context.addIssue({ code: 'custom', message });
});

/** What kubectl calls the types that can be forwarded to, in lower case and without their API group. */
const resourceTypes: ReadonlyMap<string, string> = new Map([
  ['svc', 'service'],
  ['service', 'service'],
  ['services', 'service'],
  ['po', 'pod'],
  ['pod', 'pod'],
  ['pods', 'pod'],
  ['deploy', 'deployment'],
  ['deployment', 'deployment'],
  ['deployments', 'deployment'],
]);

/** The name of a service, pod or deployment, without its type: `service/postgres` is what kubectl makes of it. */
export const resourceName = argument.superRefine((value, context) => {
  const message = urlFault(value) ?? typeFault(value) ?? slashFault(value);
  if (message !== null) context.addIssue({ code: 'custom', message });
});

/** The name of a namespace. */
export const namespaceName = argument.superRefine((value, context) => {
  const message = urlFault(value) ?? slashFault(value);
  if (message !== null) context.addIssue({ code: 'custom', message });
});

function urlFault(value: string): string | null {
  const url = /^[a-z][a-z\d+.-]*:\/\/(?:[^/?#]*@)?(\[[^\]]*\]|[^/:?#]*)/i.exec(value);
  if (url === null) return null;
  const name = withoutBrackets(url[1] ?? '');
  // An @ further on: the slash before it may be one in a password, and the host not yet the host.
  const isKnown = name !== '' && !value.slice(url[0].length).includes('@');
  return `a URL found where a name is expected${isKnown ? `: write ${JSON.stringify(name)} alone` : ''}`;
}

function sshUrlFault(value: string): string | null {
  if (!value.startsWith('ssh://')) return urlFault(value);
  return parseSshUrl(value) === null
    ? 'a URL found that ssh does not take: write ssh://[user@]host[:port], and a password as password'
    : null;
}

function hopFault(value: string): string | null {
  const host = value.slice(value.lastIndexOf('@') + 1);
  if (host !== '' && !host.startsWith('-') && !value.includes(',')) return null;
  return `${showValue(value)} is no jump host: write [user@]host[:port]`;
}

function hostFault(value: string): string | null {
  const sign = /[@/]/.exec(value)?.[0];
  if (sign !== undefined) return `contains "${sign}", which no host name does`;
  const [, host, port = ''] = /^([^:]+|\[.*\]):(\d+)$/.exec(value) ?? [];
  if (host === undefined) return null;
  const bare = showValue(withoutBrackets(host));
  return `${showValue(value)} names a port, which belongs in remote_port: write host ${bare} and remote_port ${port}`;
}

function typeFault(value: string): string | null {
  const [, type = '', name] = /^([^/.]+)(?:\.[^/]*)?\/([^/]+)$/.exec(value) ?? [];
  const known = resourceTypes.get(type.toLowerCase());
  if (known === undefined || name === undefined) return null;
  return `${showValue(value)} names its type, which belongs in resource_type: write ${showValue(name)} and resource_type ${known}`;
}

const slashFault = (value: string): string | null =>
  value.includes('/') ? `${showValue(value)} contains "/", which no name in Kubernetes does` : null;

const withoutBrackets = (host: string): string => host.replace(/^\[|\]$/g, '');
