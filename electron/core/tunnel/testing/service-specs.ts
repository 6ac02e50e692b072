import type { Connection, ServiceSpec } from '../../../../shared/service-spec.ts';

type ConnectionOf<T extends Connection['technology']> = Extract<Connection, { technology: T }>;

/** A complete service around a connection. */
export function serviceWith(connection: Connection): ServiceSpec {
  return {
    name: 'test',
    localPort: 15432,
    enabled: true,
    tags: [],
    description: null,
    holdTimeoutMs: 10_000,
    connection,
    healthCheck: {
      probe: { type: 'tcp' },
      intervalMs: 30_000,
      timeoutMs: 5_000,
      failureThreshold: 3,
      successThreshold: 1,
      clusterAware: false,
    },
    restartPolicy: {
      enabled: true,
      maxAttempts: 5,
      initialDelayMs: 1_000,
      maxDelayMs: 300_000,
      backoffMultiplier: 2,
    },
    problem: null,
  };
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
  resourceType: 'service',
  resourceName: 'postgres',
  namespace: 'default',
  context: null,
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
