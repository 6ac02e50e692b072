/**
 * What names a machine or a resource in a `connection`. Messages say what to write instead, and never repeat a whole URL:
 * one may hold a password.
 */
import { argument, showValue } from './config-scalars.ts';

/** A host, which tcp connects to or an ssh server does. A port or a path in it would only fail as an unknown name. */
export const hostName = argument.superRefine((value, context) => {
  const message = urlFault(value) ?? hostFault(value);
  if (message !== null) context.addIssue({ code: 'custom', message });
});

/** What stands behind `ssh`: `[user@]host`, or an alias of ssh_config, which may be almost anything. */
export const sshDestination = argument.superRefine((value, context) => {
  const message = urlFault(value);
  if (message !== null) context.addIssue({ code: 'custom', message });
});

/** One hop of ssh's -J: `[user@]host[:port]`. A comma would start another hop. */
export const jumpHost = argument.superRefine((value, context) => {
  const url = urlFault(value);
  if (url !== null) {
    context.addIssue({ code: 'custom', message: url });
    return;
  }
  const host = value.slice(value.lastIndexOf('@') + 1);
  if (host === '' || host.startsWith('-') || value.includes(',')) {
    context.addIssue({
      code: 'custom',
      message: `${showValue(value)} is no jump host: write [user@]host[:port]`,
    });
  }
});

const resourceTypes: Readonly<Record<string, string>> = {
  svc: 'service',
  service: 'service',
  services: 'service',
  po: 'pod',
  pod: 'pod',
  pods: 'pod',
  deploy: 'deployment',
  deployment: 'deployment',
  deployments: 'deployment',
};

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
  const url = /^[a-z][a-z\d+.-]*:\/\/(?:[^@/]*@)?(\[[^\]]*\]|[^/:?#]*)/i.exec(value);
  if (url === null) return null;
  const name = (url[1] ?? '').replace(/^\[|\]$/g, '');
  return `a URL found where a name is expected${name === '' ? '' : `: write ${JSON.stringify(name)} alone`}`;
}

function hostFault(value: string): string | null {
  const [, host, port] = /^([^:]+|\[.*\]):(\d+)$/.exec(value) ?? [];
  if (host !== undefined)
    return `${showValue(value)} names a port, which belongs in remote_port: write host ${showValue(host)} and remote_port ${port ?? ''}`;
  const sign = /[@/]/.exec(value)?.[0];
  return sign === undefined ? null : `contains "${sign}", which no host name does`;
}

function typeFault(value: string): string | null {
  const [, type = '', name] = /^([^/]+)\/([^/]+)$/.exec(value) ?? [];
  const known = resourceTypes[type];
  if (known === undefined || name === undefined) return null;
  return `${showValue(value)} names its type, which belongs in resource_type: write ${showValue(name)} and resource_type ${known}`;
}

const slashFault = (value: string): string | null =>
  value.includes('/') ? `${showValue(value)} contains "/", which no name in Kubernetes does` : null;
