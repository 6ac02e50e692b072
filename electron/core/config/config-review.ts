/**
 * What a config would do, for the user who decides whether to trust it: the programs, hosts, and ports of every service.
 * It contains no control characters, and no text of the file can forge a line. Pure.
 */
import { localAddress } from '../../../shared/bind-address.ts';
import { describeLocalTarget, describeRemoteEnd } from '../../../shared/route-text.ts';
import type { ConfigReview } from '../../../shared/service-snapshot.ts';
import type { Connection, ServiceSpec, SshConnection } from '../../../shared/service-spec.ts';
import { assertNever } from '../../../shared/result.ts';
import { shellWord } from '../../../shared/shell-word.ts';
import { targetName } from '../../../shared/kube-target.ts';
import { visibleLine } from '../../../shared/visible-text.ts';
import { referencesOf } from '../secrets/service-secrets.ts';
import { secretsOf } from '../secrets/secret-values.ts';
import { createRedactor, type Redact } from '../observability/redaction.ts';
import type { LoadedConfig } from './config-compiler.ts';
import type { ConfigIdentity, TrustRecord } from './trust-store.ts';

const maxTextCharacters = 500;

export function reviewOf(
  { services, secrets }: Pick<LoadedConfig, 'services' | 'secrets'>,
  { digest }: ConfigIdentity,
  record: TrustRecord,
): ConfigReview {
  const redact = createRedactor(secrets);
  const all = services.map((service) => describe(service, redact));
  // What runs must not hide behind harmless services.
  return {
    digest,
    isChanged: record === 'changed',
    services: [...all.filter(isGrave), ...all.filter((one) => !isGrave(one))],
  };
}

type ServiceReview = ConfigReview['services'][number];

const isGrave = ({ runs, sends }: ServiceReview): boolean => runs.length + sends.length > 0;

function describe(service: ServiceSpec, redact: Redact): ServiceReview {
  const { name, connection, healthCheck } = service;
  const check = healthCheck.probe.type === 'exec' ? [`check: ${commandLine(healthCheck.probe.argv)}`] : [];
  const shown = (text: string): string => visibleLine(bounded(redact(text)));
  // A file may declare any word a password, and so hide it.
  const program = (text: string): string =>
    redact(text) === text ? shown(text) : `${shown(text)} (see the file for what is hidden here)`;
  return {
    name: shown(name),
    listensOn: shown(entranceOf(service)),
    leadsTo: shown(destinationOf(connection)),
    runs: [...tunnelProgram(connection), ...check].map(program),
    sends: sentBy(service).map(shown),
  };
}

function tunnelProgram(connection: Connection): readonly string[] {
  if (connection.technology === 'command') return [commandLine(connection.argv)];
  const file = connection.technology === 'kubectl' ? connection.kubeconfig : null;
  return file === null ? [] : [`kubectl, and the credential plugins that ${file} names`];
}

/** The secrets that leave this machine, by where they come from. */
function sentBy(service: ServiceSpec): readonly string[] {
  const references = referencesOf(service).map((reference) => `the password ${reference}`);
  const { connection, healthCheck } = service;
  const programs = [
    ...(connection.technology === 'command' ? connection.argv : []),
    ...(healthCheck.probe.type === 'exec' ? healthCheck.probe.argv : []),
  ].join(' ');
  const isSecretSent = secretsOf(service).some((secret) => !programs.includes(secret));
  return [...references, ...(isSecretSent ? ['a password or token from the file or a variable'] : [])];
}

/** For a reverse forward it is on its server, so the whole route is included. */
function entranceOf(service: ServiceSpec): string {
  const { connection, localPort } = service;
  if (connection.technology === 'ssh' && connection.localTarget !== undefined)
    return `${describeRemoteEnd(connection)} at ${sshHopsOf(connection)}`;
  const port = localPort === 0 ? 'a port of its choice' : localAddress(service);
  if (service.localSocket === undefined) return port;
  return localPort === 0 ? service.localSocket : `${port} and ${service.localSocket}`;
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
