/**
 * The tree of a file → its checked services. All errors are collected before any is told. A key that no schema knows is a
 * warning, and is gone from what is returned.
 */
import type * as z from 'zod';
import {
  connectionSchemas,
  fileSchema,
  maxServices,
  serviceSchema,
  type RawConnection,
  type RawFile,
  type RawService,
} from '../../../shared/config-schema.ts';
import { showValue } from '../../../shared/config-scalars.ts';
import type { ConfigProblem } from '../../../shared/service-snapshot.ts';
import { formatPath, type ConfigPath, type LineOf } from './config-problem.ts';
import { describeIssue, describeUnknownKey } from './issue-message.ts';
import { healthCheckFaults } from './health-check-faults.ts';
import { findLoops, isLoopback, type LoopCandidate } from './loops.ts';
import { mergedHealthCheck } from './merged-health-check.ts';
import { tcpCheckWarning } from './tcp-check-warning.ts';
import { isMapping, valueAt } from './tree-path.ts';
import { unknownKeys } from './unknown-keys.ts';

export interface ValidService {
  readonly service: RawService;
  readonly connection: RawConnection;
}

export interface Validation {
  readonly file: Omit<RawFile, 'services'>;
  /** At the index of their entry; null where the entry itself is at fault. */
  readonly services: readonly (ValidService | null)[];
  /** The entries as they are written, at the same indices. */
  readonly entries: readonly unknown[];
  /** Errors and warnings, in the order of the file. */
  readonly problems: readonly ConfigProblem[];
}

export interface UnsetPlaces {
  readonly isAt: (path: ConfigPath) => boolean;
  /** Whether the service with this index needs a variable that is not set. */
  readonly keepsFromRunning: (index: number) => boolean;
}

/**
 * Checks a tree. What stands where a variable is unset is a stand-in: two of them may be alike.
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
  for (const key of ['name', 'local_port'] as const)
    reportRepeated(findings, { services: values, key }, unset);
  reportLoops(findings, services, unset);
  if (file !== null) reportHealthChecks(findings, { services, file }, unset);
  return {
    file: file ?? {},
    services,
    entries: values,
    problems: findings.problems,
  };
}

/** `x-anything:` at the top is a place for anchors, as in Docker Compose. */
const withoutExtensions = (root: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(root).filter(([key]) => !key.startsWith('x-')));

/** 0.3.7 read any version as its own, so none may keep a file from being read. As number or text, 1 is 1.0. */
function warnOfVersion(findings: Findings, { version = '1.0' }: RawFile): void {
  if (/^1(\.0)*$/.test(version.trim())) return;
  findings.warning(
    ['version'],
    `${showValue(version)} is not known, so the file is read as "1.0": write that, or update LocalPort if the file is made for a newer one`,
  );
}

/** The list as far as it is one, whatever else is wrong with the file. */
function servicesOf(root: Readonly<Record<string, unknown>>): readonly unknown[] {
  const { services } = root;
  return Array.isArray(services) ? services.slice(0, maxServices) : [];
}

function checkService(findings: Findings, value: unknown, index: number): ValidService | null {
  const path = ['services', index];
  const service = findings.check(serviceSchema, value, path);
  const connection = checkConnection(findings, value, path);
  return service === null || connection === null ? null : { service, connection };
}

/** Also of a service that is at fault elsewhere: whoever mends a file wants to hear everything at once. */
function checkConnection(findings: Findings, service: unknown, path: ConfigPath): RawConnection | null {
  if (!isMapping(service)) return null;
  const { technology, connection, remote_port: remotePort } = service;
  if (typeof technology !== 'string' || !Object.hasOwn(connectionSchemas, technology)) return null;
  const known = technology as keyof typeof connectionSchemas;
  if (known !== 'command' && remotePort === undefined) {
    findings.error([...path, 'remote_port'], 'is missing, expected a number');
  }
  if (!isMapping(connection)) return null;
  const checked = findings.check(connectionSchemas[known], connection, [...path, 'connection']);
  return checked === null ? null : ({ technology: known, connection: checked } as RawConnection);
}

/** Also among services that are at fault elsewhere: whoever mends a file wants to hear everything at once. */
function reportRepeated(
  findings: Findings,
  { services, key }: { readonly services: readonly unknown[]; readonly key: 'name' | 'local_port' },
  unset: UnsetPlaces,
): void {
  const firstIndex = new Map<string | number, number>();
  for (const [index, service] of services.entries()) {
    const path = ['services', index, key];
    const read = serviceSchema.out.shape[key].safeParse(valueAt(service, [key]));
    if (!read.success || unset.isAt(path)) continue;
    const value = read.data;
    const earlier = firstIndex.get(value);
    if (earlier === undefined) {
      firstIndex.set(value, index);
      continue;
    }
    const line = findings.lineOf(['services', earlier, key]);
    findings.error(path, `${JSON.stringify(value)} is taken by services[${earlier}] in line ${line}`);
  }
}

function reportLoops(
  findings: Findings,
  services: readonly (ValidService | null)[],
  unset: UnsetPlaces,
): void {
  const known = services.flatMap((valid, index) =>
    valid === null || unset.keepsFromRunning(index) ? [] : [{ index, ...loopCandidate(valid) }],
  );
  for (const [place, way] of findLoops(known).entries()) {
    const candidate = known[place];
    if (way === null || candidate === undefined) continue;
    const through = way.slice(0, -1).join(', ');
    const message =
      through === ''
        ? `leads back to this service's own local_port ${candidate.localPort}`
        : `leads back to this service through ${through}`;
    findings.error(['services', candidate.index, 'remote_port'], message);
  }
}

/** Of the others nobody knows: an ssh server at 127.0.0.1 may be that of a virtual machine. */
function loopCandidate({ service, connection: raw }: ValidService): LoopCandidate {
  const { name, local_port: localPort, remote_port: remotePort = null } = service;
  const isHere = raw.technology === 'tcp' && isLoopback(raw.connection.host);
  return { name, localPort, leadsTo: isHere ? remotePort : null };
}

/**
 * A check is made of what its service and the defaults say. What defaults alone get wrong is told once; a warning only
 * where the service has the key itself: what defaults say need not mean something to every check.
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
    const harm = tcpCheckWarning(merged, valid.service.remote_port);
    if (harm !== null) findings.warning(['services', index, 'health_check', 'type'], harm);
    const own = valid.service.health_check?.config;
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

/** Collects what is wrong, with paths and lines. */
class Findings {
  readonly problems: ConfigProblem[] = [];
  readonly lineOf: LineOf;

  constructor(lineOf: LineOf) {
    this.lineOf = lineOf;
  }

  error(path: ConfigPath, message: string): void {
    this.add('error', path, message);
  }

  warning(path: ConfigPath, message: string): void {
    this.add('warning', path, message);
  }

  /** The parsed value, or null after an error was noted. `at` is where the value stands in the file. */
  check<Schema extends z.ZodType>(schema: Schema, value: unknown, at: ConfigPath): z.infer<Schema> | null {
    for (const { path, key, known } of unknownKeys(schema, value)) {
      this.add('warning', [...at, ...path, key], describeUnknownKey(key, known));
    }
    const parsed = schema.safeParse(value, { reportInput: true });
    if (parsed.success) return parsed.data;
    for (const issue of firstOfEachPath(parsed.error.issues)) {
      const found = valueAt(value, pathOf(issue)) ?? issue.input;
      this.error([...at, ...pathOf(issue)], describeIssue(issue, found));
    }
    return null;
  }

  add(severity: ConfigProblem['severity'], path: ConfigPath, message: string): void {
    this.problems.push({ severity, path: formatPath(path), line: this.lineOf(path), message });
  }
}

/** One value may offend twice: 70000.5 is no whole number and too big. The first says enough. */
function firstOfEachPath(issues: readonly z.core.$ZodIssue[]): readonly z.core.$ZodIssue[] {
  const paths = issues.map((issue) => formatPath(pathOf(issue)));
  return issues.filter((_, index) => paths.indexOf(paths[index] ?? '') === index);
}

const pathOf = (issue: z.core.$ZodIssue): ConfigPath =>
  issue.path.map((segment) => (typeof segment === 'symbol' ? String(segment) : segment));
