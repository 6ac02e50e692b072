/** The `config` of a health check → the complete probe. Keys that its type does not know are ignored. Pure. */
import type { RawHealthCheck, RawProbeConfig } from '../../../shared/config-schema.ts';
import { assertNever } from '../../../shared/result.ts';
import type { Connection, ProbeSpec, SslMode } from '../../../shared/service-spec.ts';
import { expandPath, type PathContext } from './expanded-path.ts';
import { autoProbe, serverNameOf } from './harmless-hello.ts';
import { textOrNull } from './raw-text.ts';

type CheckType = NonNullable<RawHealthCheck['type']>;

export interface ProbeContext {
  /** Determines the expected name in the certificate if the config does not, and the known protocol. */
  readonly connection: Connection;
  readonly paths: PathContext;
}

export function buildProbe(
  type: CheckType,
  config: RawProbeConfig,
  { connection, paths }: ProbeContext,
): ProbeSpec {
  const serverName = serverNameOf(connection);
  const caFile = expandPath(textOrNull(config.ca_file), paths);
  const trust = { verifySsl: config.verify_ssl ?? true, caFile };
  const servername = textOrNull(config.servername) ?? serverName;
  const encryption = { tls: config.tls ?? false, servername, ...trust };
  switch (type) {
    case 'auto':
      return autoProbe(connection);
    case 'none':
    case 'tcp':
    case 'ssh':
      return { type };
    case 'http':
    case 'https':
      return {
        type,
        url: textOrNull(config.url),
        method: config.method?.toUpperCase() ?? 'GET',
        expectedStatus: config.expected_status ?? config.expected_status_codes ?? [200, 201, 202, 204],
        expectedContent: textOrNull(config.expected_content),
        headers: config.headers ?? {},
        ...trust,
      };
    case 'tls':
      return { type, servername, ...trust, expiresWithinMs: config.expires_within ?? null };
    case 'postgres':
    case 'postgresql':
      return {
        type: 'postgres',
        database: textOrNull(config.database),
        user: textOrNull(config.user),
        password: textOrNull(config.password),
        host: textOrNull(config.host) ?? serverName,
        ...postgresTrust(config, paths),
      };
    case 'mysql':
    case 'mariadb':
      return {
        type: 'mysql',
        user: textOrNull(config.user),
        password: textOrNull(config.password),
        database: textOrNull(config.database),
        ...encryption,
      };
    case 'redis':
      return { type, user: textOrNull(config.user), password: textOrNull(config.password), ...encryption };
    case 'kafka':
      return { type, bootstrapServers: textOrNull(config.bootstrap_servers?.join(',')), ...encryption };
    case 'grpc':
      return { type, service: config.service ?? '', ...encryption };
    case 'exec': {
      // The validator has refused a check without a command.
      const [program = '', ...rest] = config.argv ?? [];
      return { type, argv: [program, ...rest] };
    }
    default:
      return assertNever(type, 'health check');
  }
}

/** As in libpq: `sslrootcert=system` means the usual certificate authorities and full verification. */
function postgresTrust(
  config: RawProbeConfig,
  paths: PathContext,
): { readonly sslmode: SslMode; readonly caFile: string | null } {
  if (trustsSystem(config)) return { sslmode: config.sslmode ?? 'verify-full', caFile: null };
  const file = textOrNull(config.ca_file) ?? textOrNull(config.sslrootcert);
  return { sslmode: config.sslmode ?? 'prefer', caFile: expandPath(file, paths) };
}

/** For a PostgreSQL check: `sslrootcert: system`, without a CA file that replaces it. */
export const trustsSystem = ({ ca_file: file, sslrootcert }: RawProbeConfig): boolean =>
  textOrNull(file) === null && sslrootcert === 'system';
