import type { Connection, ServiceSpec } from '../../../../shared/service-spec.ts';
import { serviceSpec } from '../../testing/service-spec.ts';

type ConnectionOf<T extends Connection['technology']> = Extract<Connection, { technology: T }>;

/**
 * A complete service around a connection, with a tcp check: without a check, the tcp adapter would not connect at all.
 */
export function serviceWith(connection: Connection): ServiceSpec {
  const service = serviceSpec('test', { localPort: 15432, connection });
  return { ...service, healthCheck: { ...service.healthCheck, probe: { type: 'tcp' } } };
}

export const sshConnection = (given: Partial<ConnectionOf<'ssh'>> = {}): ConnectionOf<'ssh'> => ({
  technology: 'ssh',
  host: 'bastion',
  user: null,
  port: null,
  keyFile: null,
  password: null,
  remoteHost: 'localhost',
  remotePort: 5432,
  jump: [],
  strictHostKeyChecking: 'accept-new',
  ...given,
});

export const kubectlConnection = (given: Partial<ConnectionOf<'kubectl'>> = {}): ConnectionOf<'kubectl'> => ({
  technology: 'kubectl',
  target: { kind: 'service', name: 'postgres' },
  namespace: 'default',
  context: null,
  kubeconfig: null,
  remotePort: 5432,
  ...given,
});

export const tcpConnection = (given: Partial<ConnectionOf<'tcp'>> = {}): ConnectionOf<'tcp'> => ({
  technology: 'tcp',
  host: '127.0.0.1',
  remotePort: 5432,
  ...given,
});

export const commandConnection = (argv: ConnectionOf<'command'>['argv']): ConnectionOf<'command'> => ({
  technology: 'command',
  argv,
  remotePort: null,
});
