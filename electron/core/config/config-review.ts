/**
 * What a config would do, for the user who decides whether to trust it: programs, hosts and ports. It contains no control
 * characters, and no text of the file can forge a line. Pure.
 */
import { localAddress } from '../../../shared/bind-address.ts';
import { describeLocalTarget, describeRemoteEnd } from '../../../shared/route-text.ts';
import type { ConfigReview } from '../../../shared/service-snapshot.ts';
import type { Connection, ServiceSpec, SshConnection } from '../../../shared/service-spec.ts';
import { assertNever } from '../../../shared/result.ts';
import { shellWord } from '../../../shared/shell-word.ts';
import { targetName } from '../../../shared/kube-target.ts';
import { visibleLine } from '../../../shared/visible-text.ts';
import { createRedactor, type Redact } from '../observability/redaction.ts';
import type { LoadedConfig } from './config-compiler.ts';
import type { ConfigIdentity, TrustRecord } from './trust-store.ts';

/** More than a user reads, and still small in every snapshot. */
const maxServices = 100;
const maxTextCharacters = 500;

export function reviewOf(
  { services, secrets }: Pick<LoadedConfig, 'services' | 'secrets'>,
  { digest }: ConfigIdentity,
  record: TrustRecord,
): ConfigReview {
  const redact = createRedactor(secrets);
  return {
    digest,
    isChanged: record === 'changed',
    services: services.slice(0, maxServices).map((service) => describe(service, redact)),
    more: Math.max(0, services.length - maxServices),
  };
}

function describe(service: ServiceSpec, redact: Redact): ConfigReview['services'][number] {
  const { name, connection, healthCheck } = service;
  const check = healthCheck.probe.type === 'exec' ? [`check: ${commandLine(healthCheck.probe.argv)}`] : [];
  const tunnel = connection.technology === 'command' ? [commandLine(connection.argv)] : [];
  const shown = (text: string): string => visibleLine(bounded(redact(text)));
  return {
    name: shown(name),
    listensOn: shown(entranceOf(service)),
    leadsTo: shown(destinationOf(connection)),
    runs: [...tunnel, ...check].map(shown),
  };
}

/** For a reverse forward it is on its server, so the whole route is included. */
function entranceOf(service: ServiceSpec): string {
  const { connection, localPort } = service;
  if (connection.technology === 'ssh' && connection.localTarget !== undefined)
    return `${describeRemoteEnd(connection)} at ${sshHopsOf(connection)}`;
  return localPort === 0 ? (service.localSocket ?? 'a port of its choice') : localAddress(service);
}

function sshHopsOf({ host, port, user, jump }: SshConnection): string {
  const login = `${user === null ? '' : `${user}@`}${host}${port === null ? '' : `:${port}`}`;
  return `ssh ${[...jump, login].join(' → ')}`;
}

/** In full: the usual display leaves out the namespace and jump hosts. */
function destinationOf(connection: Connection): string {
  switch (connection.technology) {
    case 'kubectl': {
      const { context, namespace, kubeconfig, target, remotePort } = connection;
      const where = namespace === null ? 'the namespace' : `namespace ${namespace}`;
      const file = kubeconfig === null ? '' : ` in ${kubeconfig}`;
      return `${targetName(target)}:${remotePort} in ${where} of ${context ?? 'the current context'}${file}`;
    }
    case 'ssh':
      // Anything that the remote end can reach.
      if (connection.isDynamic === true) return `${sshHopsOf(connection)} → any host (SOCKS)`;
      return connection.localTarget === undefined
        ? `${sshHopsOf(connection)} → ${describeRemoteEnd(connection)}`
        : `${describeLocalTarget(connection.localTarget)} as this machine reaches it`;
    case 'tcp':
      return `${connection.host}:${connection.remotePort}`;
    case 'command':
      return connection.remotePort === null ? 'wherever its program leads' : `port ${connection.remotePort}`;
    default:
      return assertNever(connection, 'technology');
  }
}

const commandLine = (argv: readonly string[]): string => argv.map(shellWord).join(' ');

const bounded = (text: string): string =>
  text.length <= maxTextCharacters
    ? text
    : `${text.slice(0, maxTextCharacters)}… (${text.length - maxTextCharacters} more characters)`;
