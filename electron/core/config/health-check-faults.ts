/** Errors of a health check whose keys are valid individually. Pure. */
import type { RawHealthCheck, RawProbeConfig } from '../../../shared/config-schema.ts';
import { assertNever } from '../../../shared/result.ts';
import type { ConfigProblem } from '../../../shared/service-snapshot.ts';
import { trustsSystem } from './probe-builder.ts';
import { defaultCheckType } from './service-defaults.ts';
import { textOrNull } from './raw-text.ts';

export interface HealthCheckFault {
  readonly severity: ConfigProblem['severity'];
  /** Below `config`. */
  readonly key: keyof RawProbeConfig;
  readonly message: string;
}

/** Validates a check as it will run, with defaults merged. */
export function healthCheckFaults(check: RawHealthCheck): readonly HealthCheckFault[] {
  return [missingCommand(check), weakSslmode(check), idleAuthorities(check)].filter(
    (fault) => fault !== null,
  );
}

function missingCommand({ type, config = {} }: RawHealthCheck): HealthCheckFault | null {
  if (type !== 'exec' || config.argv !== undefined) return null;
  const message = 'is missing, expected the program and its arguments as a list';
  return { severity: 'error', key: 'argv', message };
}

/** libpq refuses it too: `weak sslmode may not be used with sslrootcert=system` (fe-connect.c). */
function weakSslmode({ type, config = {} }: RawHealthCheck): HealthCheckFault | null {
  const { sslmode = 'verify-full' } = config;
  if (!isPostgres(type) || sslmode === 'verify-full' || !trustsSystem(config)) return null;
  const message = `${sslmode} is too weak for sslrootcert: system, which takes verify-full only: write that, or leave sslmode out`;
  return { severity: 'error', key: 'sslmode', message };
}

function idleAuthorities(check: RawHealthCheck): HealthCheckFault | null {
  if (textOrNull(check.config?.ca_file) === null) return null;
  const reason = reasonNotToVerify(check);
  return reason === null ? null : { severity: 'warning', key: 'ca_file', message: `means nothing ${reason}` };
}

/** Completes `ca_file means nothing …`; null where a certificate is verified. */
function reasonNotToVerify({ type = defaultCheckType, config = {} }: RawHealthCheck): string | null {
  const unverified = config.verify_ssl === false ? 'with verify_ssl: false' : null;
  switch (type) {
    case 'auto':
    case 'none':
    case 'tcp':
    case 'ssh':
    case 'http':
    case 'exec':
      return `to a check of type ${type}`;
    case 'https':
    case 'tls':
      return unverified;
    case 'mysql':
    case 'mariadb':
    case 'redis':
    case 'kafka':
    case 'grpc':
      return config.tls === true ? unverified : 'without tls: true';
    case 'postgres':
    case 'postgresql':
      if (textOrNull(config.user) === null) return 'without a user';
      return config.sslmode === 'disable' ? 'with sslmode: disable' : null;
    default:
      return assertNever(type, 'health check');
  }
}

const isPostgres = (type: RawHealthCheck['type']): boolean => type === 'postgres' || type === 'postgresql';
