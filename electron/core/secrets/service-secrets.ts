/** The secrets that a service refers to. Pure. */
import { parseSecretReference } from '../../../shared/secret-reference.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';

/** The passwords of a service as written in the config: for its ssh login and its check. */
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
