import type { ProbeSpec } from '../../../../../shared/service-spec.ts';
import { systemClock } from '../../../clock.ts';
import type { Endpoint } from '../../../tunnel/tunnel-adapter.ts';
import type { ProbeResult } from '../../probe.ts';
import { probeRegistry } from '../probe-registry.ts';
import type { HttpProbeSpec } from '../probe-url.ts';

export const tcp: ProbeSpec = { type: 'tcp' };
export const postgres: ProbeSpec = {
  type: 'postgres',
  database: null,
  user: null,
  password: null,
  sslmode: null,
};
export const kafka: ProbeSpec = { type: 'kafka', bootstrapServers: null };

export const httpSpec = (given: Partial<HttpProbeSpec> = {}): HttpProbeSpec => ({
  type: 'http',
  url: null,
  method: 'GET',
  expectedStatus: [200, 201, 202, 204],
  expectedContent: null,
  headers: {},
  verifySsl: true,
  ...given,
});

export interface AskOptions {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** One check of a real server. */
export function ask(endpoint: Endpoint, spec: ProbeSpec, options: AskOptions = {}): Promise<ProbeResult> {
  const { timeoutMs = 2000, signal = new AbortController().signal } = options;
  return probeRegistry({ endpoint, spec, timeoutMs, signal, clock: systemClock });
}

/** `passed`, `cancelled` or the finding, for comparing what a reader would see. */
export async function finding(result: Promise<ProbeResult>): Promise<string> {
  const settled = await result;
  return settled.kind === 'failed' ? settled.finding : settled.kind;
}
