import type { Probe, ProbeResult } from './probe.ts';
import type { SecretStore } from '../secrets/secret-store.ts';
import { isReference } from '../secrets/service-secrets.ts';

/** A probe whose passwords may be references. */
export const withSecretPasswords =
  (probe: Probe, secrets: SecretStore): Probe =>
  async (request) => {
    const { spec } = request;
    if (!('password' in spec) || spec.password === null || !isReference(spec.password)) return probe(request);
    const found = await secrets.resolve(spec.password);
    if (request.signal.aborted) return { kind: 'canceled' };
    if (found.ok) {
      const result = await probe({ ...request, spec: { ...spec, password: found.value } });
      if (isRefusal(result)) secrets.refuse(spec.password);
      return result;
    }
    const { title, evidence } = found.error;
    return {
      kind: 'failed',
      finding: evidence ?? title,
      failure: { kind: 'not-made', obstacle: found.error },
    };
  };

/** Any refusal: reading the secret again costs little. */
const isRefusal = (result: ProbeResult): boolean =>
  result.kind === 'failed' &&
  result.failure.kind === 'answered' &&
  result.failure.answer.code === 'check-refused';
