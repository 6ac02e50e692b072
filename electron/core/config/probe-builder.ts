/** The `config` of a health check → what is asked, complete. Keys that its type does not know mean nothing. Pure. */
import type { RawHealthCheck, RawProbeConfig } from '../../../shared/config-schema.ts';
import { assertNever } from '../../../shared/result.ts';
import type { ProbeSpec } from '../../../shared/service-spec.ts';
import { textOrNull } from './raw-text.ts';

type CheckType = NonNullable<RawHealthCheck['type']>;

/** `serverName`: what the certificate is expected to name where the config does not say. */
export function buildProbe(type: CheckType, config: RawProbeConfig, serverName: string): ProbeSpec {
  const verifySsl = config.verify_ssl ?? true;
  const servername = textOrNull(config.servername) ?? serverName;
  const encryption = { tls: config.tls ?? false, verifySsl, servername };
  switch (type) {
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
        verifySsl,
      };
    case 'tls':
      return { type, servername, verifySsl, expiresWithinMs: config.expires_within ?? null };
    case 'postgres':
    case 'postgresql':
      return {
        type: 'postgres',
        database: textOrNull(config.database),
        user: textOrNull(config.user),
        password: textOrNull(config.password),
        sslmode: config.sslmode ?? 'prefer',
        host: textOrNull(config.host) ?? serverName,
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
