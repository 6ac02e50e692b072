/** Fixed responses from main for the pages, for tests and the gallery. */
import type { EnvironmentState } from '../../shared/environment-state.ts';
import type { HostKeyOffer } from '../../shared/host-keys.ts';
import type { DiagnosticSection } from '../../shared/control-contract.ts';
import type { ImportItem, ImportList, KubeTargets, Places } from '../../shared/import-contract.ts';
import type { ServiceDetails } from '../../shared/service-details.ts';
import { sampleNow } from './service-samples.ts';

const minute = 60_000;
const hour = 60 * minute;

export const sampleDetails: ServiceDetails = {
  spans: [
    { since: sampleNow - 22 * hour, state: 'up' },
    { since: sampleNow - 14 * hour, state: 'off' },
    { since: sampleNow - 8 * hour, state: 'up' },
    { since: sampleNow - 6 * hour, state: 'down' },
    { since: sampleNow - 5 * hour - 12 * minute, state: 'up' },
    { since: sampleNow - 3 * hour - 4_000, state: 'down' },
    { since: sampleNow - 3 * hour, state: 'up' },
  ],
  outages: [
    { since: sampleNow - 6 * hour, durationMs: 48 * minute, cause: 'No ready pod behind service/redis' },
    {
      since: sampleNow - 3 * hour - 4_000,
      durationMs: 4_000,
      cause: 'The tunnel process was killed (SIGKILL)',
    },
  ],
  process: { pid: 51_234, command: 'kubectl' },
};

const line = (secondsAgo: number, level: string, text: string): string =>
  `${new Date(sampleNow - secondsAgo * 1000).toISOString()} ${level.padEnd(5)} ${text}`;

export const sampleLog: readonly string[] = [
  ...Array.from({ length: 30 }, (_, index) =>
    line(600 - index * 10, 'debug', `check passed in ${(index % 5) + 1} ms`),
  ),
  line(200, 'info', 'up → waiting: No ready pod behind service/redis (redis-0 is pending)'),
  line(61, 'info', 'waiting → connecting'),
  line(60, 'info', 'connecting → up'),
  line(59, 'info', 'recovered after 2 min'),
];

export const samplePlaces: Places = {
  contexts: ['prod', 'staging', 'minikube'],
  currentContext: 'prod',
  sshHosts: ['bastion', 'nas'],
};

export const sampleKubeTargets: KubeTargets = {
  namespaces: ['default', 'shop', 'monitoring'],
  targets: [
    { resource: 'service/postgres', ports: [{ port: 5432, name: 'postgres' }] },
    { resource: 'service/redis', ports: [{ port: 6379, name: null }] },
    { resource: 'deployment/api', ports: [{ port: 8080, name: 'http' }] },
    { resource: 'pod/postgres-0', ports: [{ port: 5432, name: null }] },
  ],
  failure: null,
};

const kubeItem = (name: string, port: number, clash: string | null = null): ImportItem => ({
  name,
  remote: `prod · svc/${name}:${port}`,
  localPort: port,
  clash,
  draft: {
    name,
    technology: 'kubectl',
    local_port: port,
    remote_port: port,
    connection: { context: 'prod', namespace: 'shop', resource_name: name },
  },
});

export const sampleKubeImport: ImportList = {
  items: [
    kubeItem('postgres', 5432, 'postgres already leads there'),
    kubeItem('redis', 6379),
    kubeItem('kafka', 9092),
    kubeItem('grafana', 3000, 'dashboard already leads there'),
    kubeItem('api', 8080),
    kubeItem('search', 9200),
  ],
  remarks: [
    'staging: the server did not answer in time',
    'Skipped, as they have no pods: shop/external-payments',
  ],
};

export const sampleSshImport: ImportList = {
  items: [
    {
      name: 'warehouse',
      remote: 'bastion → warehouse:5439',
      localPort: 5439,
      clash: null,
      draft: {
        name: 'warehouse',
        technology: 'ssh',
        local_port: 5439,
        remote_port: 5439,
        connection: { host: 'bastion', remote_host: 'warehouse' },
      },
    },
  ],
  remarks: ['No forwards, so nothing to import: nas'],
};

export const sampleDiagnostics: readonly DiagnosticSection[] = [
  {
    title: 'Versions',
    lines: ['LocalPort 1.0.0, menu bar', 'macOS 15.1, arm64', 'kubectl 1.31.0', 'OpenSSH_9.9p1'],
  },
  { title: 'Config', lines: ['config.yaml: loaded, 14 services, no problems'] },
  { title: 'Services', lines: ['kubectl 8, ssh 4, tcp 1, command 1', '12 up, 1 in trouble, 1 off'] },
];

export const sampleEnvironment: EnvironmentState = { shell: '/bin/zsh', capturedAt: sampleNow - 3 * hour };

export const sampleHostKeys: HostKeyOffer = {
  digest: 'a digest',
  host: '[bastion]:2222',
  file: '/Users/me/.ssh/known_hosts',
  former: [{ type: 'ED25519', fingerprint: 'SHA256:uNiVztksCsDhcc0u9e8BrQhB8LGj1LqDjCWvN5xmLOk' }],
  offered: [{ type: 'ED25519', fingerprint: 'SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU' }],
};
