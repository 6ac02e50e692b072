/** A checked service of the file → its complete spec: defaults merged, paths absolute, durations in ms. Pure. */
import type {
  RawConnection,
  RawFile,
  RawHealthCheck,
  RawRestartPolicy,
  RawService,
} from '../../../shared/config-schema.ts';
import { kubeKindOf, type KubeTarget } from '../../../shared/kube-target.ts';
import { assertNever } from '../../../shared/result.ts';
import { isReverse } from '../../../shared/route-text.ts';
import { parseSshUrl } from '../../../shared/ssh-url.ts';
import type {
  Connection,
  HealthCheckSpec,
  RestartPolicySpec,
  ServiceSpec,
  SshConnection,
} from '../../../shared/service-spec.ts';
import { expandPath, type PathContext } from './expanded-path.ts';
import {
  bareService,
  defaultCheckType,
  defaultHealthCheck,
  defaultRestartPolicy,
  defaultUnusedMs,
  targetlessChecks,
} from './service-defaults.ts';
import type { ValidService } from './entries-together.ts';
import { mergedHealthCheck } from './merged-health-check.ts';
import { buildProbe, type ProbeContext } from './probe-builder.ts';
import { textOrNull } from './raw-text.ts';

export function buildService(
  { service, connection }: ValidService,
  defaults: RawFile['defaults'],
  paths: PathContext,
): ServiceSpec {
  const built = buildConnection(connection, service, paths);
  // The local port of a reverse forward belongs to a program, and is part of the connection.
  const isTurned = isReverse(built);
  const bare = bareService({
    name: service.name,
    localPort: typeof service.local_port === 'number' && !isTurned ? service.local_port : 0,
    bind: service.bind ?? null,
    connection: built,
  });
  const localSocket = isTurned ? null : expandPath(textOrNull(service.local_socket), paths);
  return {
    ...bare,
    ...(localSocket === null ? {} : { localSocket }),
    ...(service.allowed_hosts === undefined ? {} : { allowedHosts: service.allowed_hosts }),
    ...(service.share === false ? { isAlone: true } : {}),
    isPortAuto: service.local_port === 'auto',
    enabled: service.enabled ?? bare.enabled,
    tags: service.tags ?? bare.tags,
    ...(service.guard === undefined ? {} : { guard: service.guard }),
    ...(service.auto_off === undefined ? {} : { autoOffMs: service.auto_off }),
    ...unusedTimeOf(service.on_demand),
    description: service.description ?? bare.description,
    holdTimeoutMs: service.hold ?? bare.holdTimeoutMs,
    startTimeoutMs: service.start_timeout ?? bare.startTimeoutMs,
    healthCheck: buildHealthCheck(checkFor(built, mergedHealthCheck(service, defaults)), {
      connection: built,
      paths,
    }),
    restartPolicy: buildRestartPolicy({ ...defaults?.restart_policy, ...service.restart_policy }),
  };
}

/** `true`: with the usual time. */
function unusedTimeOf(onDemand: RawService['on_demand']): Pick<ServiceSpec, 'unusedMs'> {
  if (onDemand === undefined || onDemand === false) return {};
  return { unusedMs: onDemand === true ? defaultUnusedMs : onDemand };
}

/** The keys of a service that define its two ends. */
type RawEnds = Pick<
  RawService,
  'remote_port' | 'remote_socket' | 'remote' | 'local_port' | 'local_socket' | 'local_host' | 'dynamic'
>;

export function buildConnection(raw: RawConnection, service: RawEnds, paths: PathContext): Connection {
  const portOrName = service.remote_port ?? null;
  // Only kubectl knows ports by name.
  const remotePort = typeof portOrName === 'string' ? null : portOrName;
  switch (raw.technology) {
    case 'kubectl':
      return {
        technology: 'kubectl',
        target: buildTarget(raw.connection),
        namespace: raw.connection.namespace ?? null,
        context: textOrNull(raw.connection.context),
        kubeconfig: expandPath(textOrNull(raw.connection.kubeconfig), paths),
        remotePort: portOrName ?? 0,
        ...(raw.connection.engine === 'kubectl' ? { engine: 'kubectl' } : {}),
      };
    case 'ssh': {
      const { host } = raw.connection;
      const place = parseSshUrl(host) ?? { host, user: null, port: null };
      return {
        technology: 'ssh',
        host: place.host,
        // As with -l and -p before a URL.
        user: textOrNull(raw.connection.user) ?? place.user,
        port: raw.connection.port ?? place.port,
        keyFile: expandPath(textOrNull(raw.connection.key_file), paths),
        password: textOrNull(raw.connection.password),
        remoteHost: raw.connection.remote_host ?? 'localhost',
        remotePort: remotePort ?? 0,
        ...otherEnds(service, raw.connection, paths),
        ...(service.dynamic === true || raw.connection.dynamic === true ? { isDynamic: true } : {}),
        ...(raw.connection.control_path === 'user' ? { usesOwnMaster: true } : {}),
        jump: (raw.connection.jump ?? []).map(plainHop),
        strictHostKeyChecking: raw.connection.strict_host_key_checking ?? 'accept-new',
      };
    }
    case 'tcp':
      return { technology: 'tcp', host: raw.connection.host, remotePort: remotePort ?? 0 };
    case 'command': {
      const [program = '', ...rest] = raw.connection.argv;
      return { technology: 'command', argv: [program, ...rest], remotePort };
    }
    default:
      return assertNever(raw, 'technology');
  }
}

/** A socket at the remote end, and the target of a reverse forward. */
function otherEnds(
  service: RawEnds,
  raw: RawSsh['connection'],
  paths: PathContext,
): Pick<SshConnection, 'remoteSocket' | 'localTarget'> {
  const remoteSocket = service.remote_socket ?? raw.remote_socket;
  const socket = expandPath(textOrNull(service.local_socket), paths);
  const { local_port: port, local_host: host = 'localhost' } = service;
  const localTarget =
    socket === null ? { host, port: typeof port === 'number' ? port : 0 } : { path: socket };
  return {
    ...(remoteSocket === undefined ? {} : { remoteSocket }),
    ...(service.remote === true || raw.remote === true ? { localTarget } : {}),
  };
}

type RawSsh = Extract<RawConnection, { readonly technology: 'ssh' }>;

function buildTarget({
  resource_name: name = '',
  resource_type: type = 'service',
  selector,
}: Extract<RawConnection, { technology: 'kubectl' }>['connection']): KubeTarget {
  return selector === undefined
    ? { kind: kubeKindOf(type) ?? 'service', name }
    : { kind: 'selector', selector };
}

/** `[user@]host[:port]`, also for a hop that is written as a URL. */
function plainHop(hop: string): string {
  const url = parseSshUrl(hop);
  if (url === null) return hop;
  const login = url.user === null ? url.host : `${url.user}@${url.host}`;
  return url.port === null ? login : `${login}:${String(url.port)}`;
}

/** A check that defaults set for every target cannot be applied to a SOCKS proxy. */
const checkFor = (connection: Connection, check: RawHealthCheck): RawHealthCheck => {
  const { type = defaultCheckType } = check;
  const hasTarget = connection.technology !== 'ssh' || connection.isDynamic !== true;
  return hasTarget || targetlessChecks.includes(type) ? check : { ...check, type: defaultCheckType };
};

const buildHealthCheck = (raw: RawHealthCheck, context: ProbeContext): HealthCheckSpec => ({
  probe: buildProbe(raw.type ?? defaultCheckType, raw.config ?? {}, context),
  intervalMs: raw.interval ?? defaultHealthCheck.intervalMs,
  timeoutMs: raw.timeout ?? defaultHealthCheck.timeoutMs,
  failureThreshold: raw.failure_threshold ?? defaultHealthCheck.failureThreshold,
  successThreshold: raw.success_threshold ?? defaultHealthCheck.successThreshold,
  clusterAware: raw.cluster_aware ?? defaultHealthCheck.clusterAware,
});

const buildRestartPolicy = (raw: RawRestartPolicy): RestartPolicySpec => ({
  enabled: raw.enabled ?? defaultRestartPolicy.enabled,
  maxAttempts: raw.max_attempts ?? defaultRestartPolicy.maxAttempts,
  initialDelayMs: raw.initial_delay ?? defaultRestartPolicy.initialDelayMs,
  maxDelayMs: raw.max_delay ?? defaultRestartPolicy.maxDelayMs,
  backoffMultiplier: raw.backoff_multiplier ?? defaultRestartPolicy.backoffMultiplier,
});
