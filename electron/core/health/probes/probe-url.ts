import type { ProbeSpec } from '../../../../shared/service-spec.ts';

export type HttpProbeSpec = Extract<ProbeSpec, { readonly type: 'http' | 'https' }>;

/**
 * The complete URL of a check. Missing parts come from the check's type and `authority`: null and `/health` are paths
 * there, `db:8080/health` has a host but no scheme. null if the URL is invalid.
 */
export function resolveProbeUrl(spec: HttpProbeSpec, authority: string): URL | null {
  const written = spec.url ?? '/';
  const lacksScheme = !/^[/?#]/.test(written) && !written.includes('://');
  const text = lacksScheme ? `${spec.type}://${written}` : written;
  const base = `${spec.type}://${authority}`;
  if (!URL.canParse(text, base)) return null;
  const url = new URL(text, base);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : null;
}
