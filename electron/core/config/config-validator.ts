/**
 * The tree of a file → its checked services. All errors are collected before they are reported. A key that no schema knows is
 * dropped from the result: an error in `connection`, where it may identify the cluster or host, else a warning.
 */
import {
  connectionSchemas,
  fileSchema,
  maxServices,
  portServiceSchema,
  serviceSchema,
  type RawConnection,
  type RawFile,
  type RawService,
} from '../../../shared/config-schema.ts';
import { isOpenToOthers } from '../../../shared/bind-address.ts';
import { showValue } from '../../../shared/config-scalars.ts';
import { kubeKindOf } from '../../../shared/kube-target.ts';
import type { ConfigProblem } from '../../../shared/service-snapshot.ts';
import { Findings } from './config-findings.ts';
import type { ConfigPath, LineOf } from './config-problem.ts';
import { checkTogether, type UnsetPlaces, type ValidService } from './entries-together.ts';
import { healthCheckFaults } from './health-check-faults.ts';
import { hasOtherEnd, sshKindFaults } from './ssh-kinds.ts';
import { mergedHealthCheck } from './merged-health-check.ts';
import { tcpCheckWarning } from './tcp-check-warning.ts';
import { isMapping, valueAt } from './tree-path.ts';

export interface Validation {
  readonly file: Omit<RawFile, 'services'>;
  /** At the index of their entry; null if the entry itself has an error. */
  readonly services: readonly (ValidService | null)[];
  /** The entries as written, at the same indices. */
  readonly entries: readonly unknown[];
  /** Errors and warnings, in the order of the file. */
  readonly problems: readonly ConfigProblem[];
  /** The number of further problems. */
  readonly dropped: number;
}

/**
 * Checks a tree. Values of unset variables are stand-ins, so equal values need not be duplicates.
 */
export function validateConfig(
  root: Readonly<Record<string, unknown>>,
  lineOf: LineOf,
  unset: UnsetPlaces,
): Validation {
  const findings = new Findings(lineOf);
  const file = findings.check(fileSchema, withoutExtensions(root), []);
  if (file !== null) warnOfVersion(findings, file);
  const values = servicesOf(root);
  const services = values.map((value, index) => checkService(findings, value, index));
  checkTogether(findings, { entries: values, services }, unset);
  if (file !== null) reportHealthChecks(findings, { services, file }, unset);
  return {
    file: file ?? {},
    services,
    entries: values,
    problems: findings.problems,
    dropped: findings.dropped,
  };
}

/** `x-anything:` at the top level is for anchors, as in Docker Compose. */
const withoutExtensions = (root: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(root).filter(([key]) => !key.startsWith('x-')));

/** 0.3.7 accepted any version, so no version may prevent a file from being read. As number or text, 1 equals 1.0. */
function warnOfVersion(findings: Findings, { version = '1.0' }: RawFile): void {
  if (/^1(\.0)*$/.test(version.trim())) return;
  findings.warning(
    ['version'],
    `${showValue(version)} is not known, so the file is read as "1.0": write that, or update LocalPort if the file is made for a newer one`,
  );
}

/** The list of services, if it is one, whatever else is wrong with the file. */
function servicesOf(root: Readonly<Record<string, unknown>>): readonly unknown[] {
  const { services } = root;
  return Array.isArray(services) ? services.slice(0, maxServices) : [];
}

function checkService(findings: Findings, value: unknown, index: number): ValidService | null {
  const path = ['services', index];
  const service = findings.check(schemaFor(value), value, path);
  const connection = checkConnection(findings, value, path);
  if (service?.technology === 'tcp' && service.start_timeout !== undefined)
    findings.warning([...path, 'start_timeout'], 'has no effect for tcp, which starts no process');
  if (service?.share !== undefined && service.technology !== 'ssh')
    findings.warning([...path, 'share'], 'has an effect for ssh only, where services share a login');
  if (typeof service?.remote_port === 'string' && service.technology !== 'kubectl')
    findings.error([...path, 'remote_port'], nameOfPort(service.remote_port));
  if (service !== null && isOpenToOthers(service.bind ?? null))
    findings.warning([...path, 'bind'], openToOthers(service));
  for (const { severity, at, message } of sshKindFaults(value))
    findings.add(severity, [...path, ...at], message);
  if (service === null || connection === null) return null;
  return { service, connection };
}

const schemaFor = (entry: unknown) =>
  valueAt(entry, ['local_socket']) === undefined ? portServiceSchema : serviceSchema;

const nameOfPort = (name: string): string =>
  `${showValue(name)} is the name of a port, which only kubectl services have: write its number`;

const openToOthers = ({ name, bind }: RawService): string =>
  `${String(bind)} lets other machines connect to ${name}: remove bind to accept connections from this machine only`;

/** Also for a service with other errors: the user wants to see all errors at once. */
function checkConnection(findings: Findings, service: unknown, path: ConfigPath): RawConnection | null {
  if (!isMapping(service)) return null;
  const { technology, connection, remote_port: remotePort } = service;
  if (typeof technology !== 'string' || !Object.hasOwn(connectionSchemas, technology)) return null;
  const known = technology as keyof typeof connectionSchemas;
  if (known !== 'command' && remotePort === undefined && !hasOtherEnd(service)) {
    findings.error([...path, 'remote_port'], 'is missing, expected a number');
  }
  if (!isMapping(connection)) return null;
  if (known === 'kubectl') reportTarget(findings, connection, [...path, 'connection']);
  const checked = findings.checkKeys(connectionSchemas[known], connection, [...path, 'connection']);
  return checked === null ? null : ({ technology: known, connection: checked } as RawConnection);
}

/** A target is given by name, or by labels. */
function reportTarget(
  findings: Findings,
  connection: Readonly<Record<string, unknown>>,
  path: ConfigPath,
): void {
  const { resource_name: name, resource_type: type, selector } = connection;
  if (selector === undefined) {
    if (name === undefined) findings.error([...path, 'resource_name'], 'is missing, expected text');
  } else if (name !== undefined) {
    findings.error([...path, 'selector'], 'finds pods by their labels: remove it, or remove resource_name');
  } else if (typeof type === 'string' && kubeKindOf(type) !== 'pod') {
    findings.error([...path, 'resource_type'], 'has no meaning beside selector, which finds pods: remove it');
  }
}

/** The port that an explicit check connects to. */
function checkedPort({
  remote,
  remote_port: remotePort,
  local_port: localPort,
}: RawService): number | undefined {
  const port = remote === true ? localPort : remotePort;
  return typeof port === 'number' ? port : undefined;
}

/**
 * A check combines the settings of its service and of the defaults. An error in the defaults alone is reported once; a warning
 * only if the service has the key itself, since a default need not apply to every check.
 */
function reportHealthChecks(
  findings: Findings,
  checked: { readonly services: readonly (ValidService | null)[]; readonly file: Omit<RawFile, 'services'> },
  unset: UnsetPlaces,
): void {
  const toldOfDefaults = new Set<string>();
  for (const [index, valid] of checked.services.entries()) {
    if (valid === null || unset.keepsFromRunning(index)) continue;
    const merged = mergedHealthCheck(valid.service, checked.file.defaults);
    const harm = tcpCheckWarning(merged, checkedPort(valid.service));
    if (harm !== null) findings.warning(['services', index, 'health_check', 'type'], harm);
    const { on_demand: onDemand = false, health_check: check } = valid.service;
    if (onDemand !== false && merged.type === 'exec')
      findings.warning(
        ['services', index, 'on_demand'],
        'never disconnects with a check of type exec, which connects as a client does: use another check or none',
      );
    const own = check?.config;
    for (const { severity, key, message } of healthCheckFaults(merged)) {
      if (severity === 'warning' && own?.[key] === undefined) continue;
      const isInherited = own === undefined && merged.config?.[key] !== undefined;
      if (isInherited && toldOfDefaults.has(key)) continue;
      if (isInherited) toldOfDefaults.add(key);
      const at = isInherited ? ['defaults'] : ['services', index];
      findings.add(severity, [...at, 'health_check', 'config', key], message);
    }
  }
}
