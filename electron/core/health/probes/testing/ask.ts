import type { TargetProbe } from '../../../../../shared/service-spec.ts';
import { systemClock } from '../../../clock.ts';
import { silentLogger } from '../../../observability/logger.ts';
import { GroupLauncher } from '../../../process/child-launcher.ts';
import type { Endpoint } from '../../../connect/endpoint.ts';
import { describeFailedCheck } from '../../check-cause.ts';
import type { ProbeResult } from '../../probe.ts';
import { createProbeRegistry } from '../probe-registry.ts';
import type { HttpProbeSpec } from '../probe-url.ts';

type Spec<T extends TargetProbe['type']> = Extract<TargetProbe, { readonly type: T }>;

const notEncrypted = { tls: false, verifySsl: true, caFile: null, servername: 'localhost' } as const;

export const tcp: TargetProbe = { type: 'tcp' };
export const ssh: TargetProbe = { type: 'ssh' };
export const kafka: Spec<'kafka'> = { type: 'kafka', bootstrapServers: null, ...notEncrypted };
export const redis: Spec<'redis'> = { type: 'redis', user: null, password: null, ...notEncrypted };
export const mysql: Spec<'mysql'> = {
  type: 'mysql',
  user: null,
  password: null,
  database: null,
  ...notEncrypted,
};
export const grpc: Spec<'grpc'> = { type: 'grpc', service: '', ...notEncrypted };
export const postgres: Spec<'postgres'> = {
  type: 'postgres',
  database: null,
  user: null,
  password: null,
  sslmode: 'prefer',
  caFile: null,
  host: 'localhost',
};
export const tlsSpec: Spec<'tls'> = {
  type: 'tls',
  servername: 'localhost',
  verifySsl: false,
  caFile: null,
  expiresWithinMs: null,
};

export const httpSpec = (given: Partial<HttpProbeSpec> = {}): HttpProbeSpec => ({
  type: 'http',
  url: null,
  method: 'GET',
  expectedStatus: [200, 201, 202, 204],
  expectedContent: null,
  headers: {},
  verifySsl: true,
  caFile: null,
  ...given,
});

export const testLauncher = new GroupLauncher({
  clock: systemClock,
  log: silentLogger,
  environment: () => ({ PATH: process.env['PATH'] ?? '' }),
  registries: [],
});

export const probeForTests = createProbeRegistry({ launcher: testLauncher });

export interface AskOptions {
  readonly timeoutMs?: number;
  readonly isPathOpen?: boolean;
  readonly signal?: AbortSignal;
}

/** Runs one check against a real server. */
export function ask(endpoint: Endpoint, spec: TargetProbe, options: AskOptions = {}): Promise<ProbeResult> {
  const { timeoutMs = 2000, isPathOpen = false, signal = new AbortController().signal } = options;
  return probeForTests({ endpoint, spec, timeoutMs, isPathOpen, signal, clock: systemClock });
}

/** `passed`, `canceled`, or the cause as a user sees it: code, title and evidence. */
export async function causeOf(
  result: Promise<ProbeResult>,
  probe: TargetProbe,
): Promise<string | readonly (string | null)[]> {
  const settled = await result;
  if (settled.kind !== 'failed') return settled.kind;
  const { code, title, evidence } = describeFailedCheck(settled, {
    probe,
    intervalMs: 30_000,
    timeoutMs: 2000,
    failureThreshold: 1,
    successThreshold: 1,
    clusterAware: false,
  });
  return [code, title, evidence];
}

/** `passed`, `canceled` or the finding. */
export async function finding(result: Promise<ProbeResult>): Promise<string> {
  const settled = await result;
  return settled.kind === 'failed' ? settled.finding : settled.kind;
}
