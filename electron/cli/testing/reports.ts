/** A report with one service in each state that a reader can see, for golden output. */
import { describeCause } from '../../../shared/failure.ts';
import { atRest } from '../../../shared/service-at-rest.ts';
import type { ReportedService, StatusReport } from '../status-report.ts';

/** Epoch ms: 2026-11-22T10:00:00Z. */
export const reportTime = Date.UTC(2026, 10, 22, 10);

export const aService = (name: string, change: Partial<ReportedService> = {}): ReportedService => ({
  ...atRest,
  name,
  technology: 'tcp',
  description: null,
  tags: [],
  route: `${name}.example:80`,
  localPort: 8080,
  addresses: ['127.0.0.1:8080', '[::1]:8080'],
  desired: 'on',
  phase: 'up',
  health: 'healthy',
  since: reportTime - 3_725_000,
  ...change,
});

export const aReport = (...services: readonly ReportedService[]): StatusReport => ({
  host: {
    kind: 'headless',
    pid: 812,
    version: '1.0.0',
    since: reportTime - 7_200_000,
    logDirectory: '/logs',
    notices: [],
  },
  config: { status: 'loaded', path: '/home/me/.localport.yaml', problems: [] },
  services,
  prompts: [],
  lastWords: new Map(),
});

export const variedReport = aReport(
  aService('db', {
    technology: 'kubectl',
    route: 'prod · svc/postgres',
    localPort: 5432,
    addresses: ['127.0.0.1:5432', '[::1]:5432'],
    tags: ['backend'],
    pid: 4711,
    restarts: 2,
    connections: 3,
    bytesIn: 1_234_567,
    bytesOut: 890,
    checkMs: 4.25,
  }),
  aService('cache', {
    technology: 'ssh',
    route: 'me@bastion → localhost:6379',
    localPort: 6379,
    phase: 'retrying',
    health: 'unknown',
    attempt: 3,
    since: reportTime - 1_000,
    nextRetryAt: reportTime + 4_000,
    cause: describeCause('connection-refused', {
      host: 'bastion',
      evidence: 'connect to host bastion port 22: Connection refused',
    }),
  }),
  aService('api', { desired: 'off', phase: 'off', health: 'unknown', addresses: [] }),
);
