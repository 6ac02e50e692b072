/**
 * Services as they are written in a config file: the reverse of reading a `ServiceSpec`, and the result of an import.
 */
import { formatDuration } from '../../shared/config-scalars.ts';
import type { KubeTarget } from '../../shared/kube-target.ts';
import type {
  Connection,
  HealthCheckSpec,
  ProbeSpec,
  RestartPolicySpec,
  ServiceSpec,
} from '../../shared/service-spec.ts';
import { hidden } from '../core/observability/redaction.ts';
import type { ClusterHealthSpec } from '../core/config/cluster-health.ts';
import { isReference } from '../core/secrets/service-secrets.ts';

type Entry = Readonly<Record<string, unknown>>;

export interface ServiceEntryOptions {
  readonly showSecrets: boolean;
}

/** The entry of a complete service, with everything written out: defaults merged, variables replaced. */
export function serviceEntry(service: ServiceSpec, options: ServiceEntryOptions): Entry {
  const { connection } = service;
  return withoutNothing({
    name: service.name,
    technology: connection.technology,
    description: service.description,
    ...localEnd(service),
    bind: service.bind,
    allowed_hosts: service.allowedHosts ?? null,
    ...remoteEnd(connection),
    enabled: service.enabled,
    tags: service.tags.length === 0 ? null : service.tags,
    guard: service.guard ?? null,
    auto_off: service.autoOffMs === undefined ? null : formatDuration(service.autoOffMs),
    on_demand: service.unusedMs === undefined ? null : formatDuration(service.unusedMs),
    hold: formatDuration(service.holdTimeoutMs),
    share: service.isAlone === true ? false : null,
    // Nothing is started for tcp.
    start_timeout: connection.technology === 'tcp' ? null : formatDuration(service.startTimeoutMs),
    connection: connectionEntry(connection, options),
    health_check: healthCheckEntry(service.healthCheck, options),
    restart_policy: restartPolicyEntry(service.restartPolicy),
  });
}

function localEnd({ connection, isPortAuto, localPort, localSocket }: ServiceSpec): Entry {
  const target = connection.technology === 'ssh' ? connection.localTarget : undefined;
  if (target === undefined)
    return {
      local_port: isPortAuto ? 'auto' : localPort === 0 ? null : localPort,
      local_socket: localSocket ?? null,
    };
  const isRemote = { remote: true };
  return 'path' in target
    ? { ...isRemote, local_socket: target.path }
    : { ...isRemote, local_port: target.port, local_host: target.host };
}

function remoteEnd(connection: Connection): Entry {
  if (isDynamic(connection)) return { dynamic: true };
  return connection.technology === 'ssh' && connection.remoteSocket !== undefined
    ? { remote_socket: connection.remoteSocket }
    : { remote_port: connection.remotePort };
}

const secret = (value: string | null, { showSecrets }: ServiceEntryOptions): string | null =>
  value === null || showSecrets || isReference(value) ? value : hidden;

const isDynamic = (connection: Connection): boolean =>
  connection.technology === 'ssh' && connection.isDynamic === true;

function connectionEntry(connection: Connection, options: ServiceEntryOptions): Entry {
  switch (connection.technology) {
    case 'kubectl':
      return withoutNothing({
        ...targetEntry(connection.target),
        namespace: connection.namespace,
        context: connection.context,
        kubeconfig: connection.kubeconfig,
        engine: connection.engine ?? null,
      });
    case 'ssh':
      return withoutNothing({
        host: connection.host,
        user: connection.user,
        port: connection.port,
        key_file: connection.keyFile,
        password: secret(connection.password, options),
        remote_host:
          isDynamic(connection) || connection.remoteSocket !== undefined ? null : connection.remoteHost,
        jump: connection.jump.length === 0 ? null : connection.jump,
        strict_host_key_checking: connection.strictHostKeyChecking,
        control_path: connection.usesOwnMaster === true ? 'user' : null,
      });
    case 'tcp':
      return { host: connection.host };
    case 'command':
      return { argv: connection.argv };
  }
}

const targetEntry = (target: KubeTarget): Entry =>
  target.kind === 'selector'
    ? { selector: target.selector }
    : { resource_type: target.kind, resource_name: target.name };

function healthCheckEntry(check: HealthCheckSpec, options: ServiceEntryOptions): Entry {
  const config = probeConfig(check.probe, options);
  return {
    type: check.probe.type,
    interval: formatDuration(check.intervalMs),
    timeout: formatDuration(check.timeoutMs),
    failure_threshold: check.failureThreshold,
    success_threshold: check.successThreshold,
    cluster_aware: check.clusterAware,
    ...(Object.keys(config).length === 0 ? {} : { config }),
  };
}

/** By the names of the probe's own settings, so that a new kind of probe is exported without changes here. */
function probeConfig({ type: _, ...settings }: ProbeSpec, options: ServiceEntryOptions): Entry {
  const entries = Object.entries(settings).map(([name, value]): [string, unknown] => [
    name.replace(/Ms$/, '').replaceAll(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`),
    name.endsWith('Ms') && typeof value === 'number'
      ? formatDuration(value)
      : hideSecret(name, value, options),
  ]);
  return withoutNothing(Object.fromEntries(entries));
}

function hideSecret(name: string, value: unknown, { showSecrets }: ServiceEntryOptions): unknown {
  if (showSecrets || value === null) return value;
  if (name === 'password') return typeof value === 'string' ? secret(value, { showSecrets }) : hidden;
  if (name !== 'headers') return value;
  return Object.fromEntries(Object.keys(value as object).map((header) => [header, hidden]));
}

const restartPolicyEntry = (policy: RestartPolicySpec): Entry => ({
  enabled: policy.enabled,
  max_attempts: policy.maxAttempts,
  initial_delay: formatDuration(policy.initialDelayMs),
  max_delay: formatDuration(policy.maxDelayMs),
  backoff_multiplier: policy.backoffMultiplier,
});

/** How a kube context is checked, as written under `cluster_health`. */
export const clusterHealthEntry = (spec: ClusterHealthSpec): Entry => ({
  enabled: spec.enabled,
  interval: formatDuration(spec.intervalMs),
  timeout: formatDuration(spec.timeoutMs),
  retry_attempts: spec.retryAttempts,
  failure_threshold: spec.failureThreshold,
  commands: {
    cluster_info: spec.commands.clusterInfo,
    pod_status: spec.commands.podStatus,
    node_status: spec.commands.nodeStatus,
    events_on_failure: spec.commands.eventsOnFailure,
  },
});

/** Without null values and empty mappings. */
const withoutNothing = (entry: Entry): Entry =>
  Object.fromEntries(
    Object.entries(entry).filter(
      ([, value]) => value !== null && !(isMapping(value) && Object.keys(value).length === 0),
    ),
  );

const isMapping = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
