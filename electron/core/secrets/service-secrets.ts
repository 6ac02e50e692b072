/** Where a service names secrets. Pure. */
import { parseSecretReference } from '../../../shared/secret-reference.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';

/** The passwords of a service as the config has them: of its ssh login and of its check. */
export function passwordsOf({ connection, healthCheck: { probe } }: ServiceSpec): readonly string[] {
  const passwords = [
    connection.technology === 'ssh' ? connection.password : null,
    'password' in probe ? probe.password : null,
  ];
  return passwords.filter((password) => password !== null);
}

export const isReference = (password: string): boolean => parseSecretReference(password) !== null;

export const referencesOf = (service: ServiceSpec): readonly string[] =>
  passwordsOf(service).filter(isReference);
