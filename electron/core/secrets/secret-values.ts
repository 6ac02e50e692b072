/** The values that must never be shown: those in the config, and those with the name of a secret. Pure. */
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { isReference, passwordsOf } from './service-secrets.ts';
import { isSecretName } from '../observability/secret-names.ts';
import { secretsInArguments, secretsInUrls } from '../observability/written-secrets.ts';

/**
 * The secrets of a service: its passwords except references, and the secrets in its URLs, its headers and the arguments of its
 * programs.
 */
export function secretsOf(service: ServiceSpec): readonly string[] {
  const {
    connection,
    description,
    healthCheck: { probe },
  } = service;
  const passwords = passwordsOf(service).filter((password) => !isReference(password));
  const headers = 'headers' in probe ? Object.entries(probe.headers) : [];
  const credentials = headers.filter(([name]) => isSecretName(name)).map(([, value]) => value);
  const programs = [
    connection.technology === 'command' ? connection.argv : [],
    probe.type === 'exec' ? probe.argv : [],
  ];
  const urls = 'url' in probe ? [probe.url ?? ''] : [];
  return [
    ...passwords,
    ...credentials,
    ...programs.flatMap(secretsInArguments),
    ...[...urls, description ?? ''].flatMap(secretsInUrls),
  ].filter((value) => value !== '');
}
