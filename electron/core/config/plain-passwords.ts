/** Plaintext passwords in the config file. Pure. */
import type { RawConnection } from '../../../shared/config-schema.ts';
import type { ConfigProblem } from '../../../shared/service-snapshot.ts';
import { isReference } from '../secrets/service-secrets.ts';
import { formatPath, type ConfigPath, type LineOf } from './config-problem.ts';
import type { Substitution } from './environment-substitution.ts';
import type { ValidService } from './entries-together.ts';

const advice =
  'is in plain text in the config file, and so in every backup and commit of it: run localport secret set NAME and write keychain:NAME, or write ${NAME}';

/** Adds a warning for each service with a plaintext password. */
export function warnOfPlainPasswords(
  services: readonly (ValidService | null)[],
  { variables }: Substitution,
  lineOf: LineOf,
): readonly ConfigProblem[] {
  const values = new Set(variables.map(({ value = '' }) => value).filter((value) => value !== ''));
  const isFromVariable = (password: string): boolean => [...values].some((value) => password.includes(value));
  return services.flatMap((valid, index) =>
    (valid === null ? [] : passwordsIn(valid, index))
      .filter(({ text }) => text !== '' && !isReference(text) && !isFromVariable(text))
      .map(({ path }) => ({
        severity: 'warning' as const,
        path: formatPath(path),
        line: lineOf(path),
        message: advice,
      })),
  );
}

interface FoundPassword {
  readonly path: ConfigPath;
  readonly text: string;
}

function passwordsIn({ service, connection }: ValidService, index: number): readonly FoundPassword[] {
  const ofCheck = service.health_check?.config?.password;
  const ofLogin = passwordOf(connection);
  return [
    ...(ofLogin === null ? [] : [{ path: ['services', index, 'connection', 'password'], text: ofLogin }]),
    ...(ofCheck === undefined
      ? []
      : [{ path: ['services', index, 'health_check', 'config', 'password'], text: ofCheck }]),
  ];
}

const passwordOf = (connection: RawConnection): string | null =>
  connection.technology === 'ssh' ? (connection.connection.password ?? null) : null;
