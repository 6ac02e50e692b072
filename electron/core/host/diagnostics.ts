/**
 * The contents of a bug report, as sections of lines: versions, settings, services with their state and cause. Secrets are
 * already hidden in causes and logs; `diagnosticReport` hides names when it formats the text.
 */
import { readFile } from 'node:fs/promises';
import { arch, release } from 'node:os';
import path from 'node:path';
import { wholeRoute } from '../../../shared/bind-address.ts';
import type { DiagnosticSection } from '../../../shared/control-contract.ts';
import type { ConfigState, HostInfo, ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { type Clock, withDeadline } from '../clock.ts';
import type { AppPaths } from '../config/app-paths.ts';
import { describeProblem } from '../config/config-problem.ts';
import { examineNeeds } from '../needs/examine-needs.ts';
import type { OpenLog } from '../observability/open-log.ts';
import type { Environment } from '../process/environment-block.ts';
import { readPrivateFile } from '../files/private-file.ts';
import { outputOf } from '../process/program-output.ts';
import { readToolVersion } from '../process/tool-versions.ts';

/** A snapshot, or the facts that are known without a host. */
export interface DiagnosedState {
  /** null: no LocalPort is running. */
  readonly host: HostInfo | null;
  readonly config: ConfigState;
  readonly services: readonly DiagnosedService[];
}

/** `since`: null if unknown. */
type DiagnosedService = Omit<ServiceSnapshot, 'since'> & { readonly since: number | null };

export interface DiagnosticsParts {
  readonly clock: Clock;
  readonly paths: AppPaths;
  readonly platform: NodeJS.Platform;
  /** The version of the program that creates the report. */
  readonly version: string;
  readonly state: DiagnosedState;
  /** The environment of child processes: kubectl and ssh are searched on its PATH. */
  readonly environment: Environment;
  /** `service`: null for LocalPort's own log. null: there is no such log. */
  readonly openLog: (service: string | null) => OpenLog | null;
  /** The services of the config in force, whose needs are checked; empty: no check. */
  readonly specs?: readonly ServiceSpec[];
  /** Settings that LocalPort's files do not hold, such as whether the app opens at login. */
  readonly settings?: readonly string[];
}

/** A config may have a thousand services: unhealthy ones come first. */
const maxServices = 100;
const maxNeeds = 100;
/** For a name server or an ssh_config that does not answer. */
const needsDeadlineMs = 10_000;
const maxLogs = 20;
const maxLogLines = 10;
const systemLimits = { timeoutMs: 2_000, maxOutputBytes: 64 * 1024 };

/** Never rejects: facts that cannot be found out are left out or marked. Takes a few seconds at most. */
export async function collectDiagnostics(parts: DiagnosticsParts): Promise<readonly DiagnosticSection[]> {
  const services = worstFirst(parts.state.services);
  const [versions, needs, logs] = await Promise.all([
    versionLines(parts),
    needLines(parts, services),
    logLines(parts, services),
  ]);
  const left = services.length - maxServices;
  return [
    { title: 'Versions', lines: versions },
    { title: 'Settings', lines: settingLines(parts) },
    {
      title: 'Services',
      lines: [
        ...services.slice(0, maxServices).flatMap((service) => serviceLines(service, parts.clock.wallNow())),
        ...(left > 0 ? [`and ${left} more`] : []),
      ],
    },
    ...(needs.length === 0 ? [] : [{ title: 'What the services need', lines: needs }]),
    { title: 'Last warnings and errors', lines: logs },
  ];
}

async function versionLines({
  version,
  state: { host },
  platform,
  environment,
  clock,
}: DiagnosticsParts): Promise<readonly string[]> {
  const [system, kubectl, ssh] = await Promise.all([
    systemName(platform),
    readToolVersion('kubectl', environment),
    readToolVersion('ssh', environment),
  ]);
  return [
    `made by    LocalPort ${version}, ${runtime(process.versions)}`,
    `running    ${host === null ? 'no' : describeHost(host, clock.wallNow())}`,
    `system     ${system}, ${platform} ${release()}, ${arch()}`,
    `kubectl    ${kubectl}`,
    `ssh        ${ssh}`,
  ];
}

const runtime = (versions: Readonly<Record<string, string | undefined>>): string =>
  ['electron', 'node']
    .flatMap((name) => (versions[name] === undefined ? [] : `${name} ${versions[name]}`))
    .join(', ');

const describeHost = ({ kind, version, since }: HostInfo, now: number): string =>
  `LocalPort ${version}, ${kind}, for ${seconds(now - since)}`;

async function systemName(platform: NodeJS.Platform): Promise<string> {
  if (platform === 'darwin') {
    const version = await outputOf(['/usr/bin/sw_vers', '-productVersion'], systemLimits);
    return `macOS ${version.trim()}`;
  }
  // os-release(5)
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return /^PRETTY_NAME="?([^"\n]+)/m.exec(text)?.[1] ?? 'an unknown system';
}

function settingLines({
  paths,
  state: { config, host },
  settings = [],
}: DiagnosticsParts): readonly string[] {
  const stored = readPrivateFile(path.join(paths.stateDirectory, 'settings.json'));
  return [
    `config     ${config.path ?? 'none'} (${config.status})`,
    ...config.problems.map((problem) => `${problem.severity} ${describeProblem(problem, config.path ?? '')}`),
    ...(host?.notices ?? []).map((notice) => `notice     ${notice}`),
    ...settings,
    `in the app ${stored.ok ? (stored.value ?? 'the defaults').replaceAll(/\s+/g, ' ').trim() : stored.error}`,
  ];
}

const worstFirst = (services: readonly DiagnosedService[]): readonly DiagnosedService[] => [
  ...services.filter(({ cause }) => cause !== null),
  ...services.filter(({ cause }) => cause === null),
];

function serviceLines(service: DiagnosedService, now: number): readonly string[] {
  const { name, technology, desired, phase, health, since, restarts, attempt, outages, cause } = service;
  const last = outages.recent.at(-1);
  const facts = [
    `${technology} ${wholeRoute(service)}`,
    `${desired}, ${phase}${since === null ? '' : ` for ${seconds(now - since)}`}, ${health}`,
    `restarts ${restarts}, attempt ${attempt}, connections ${service.connections}, held ${service.held}`,
    `outages ${outages.count}${last === undefined ? '' : `, the last one ${new Date(last.since).toISOString()} for ${last.durationMs} ms`}`,
  ];
  return [
    `${name}: ${facts.join('; ')}`,
    ...(cause === null ? [] : [`  ${cause.code}: ${cause.title}`]),
    ...(cause?.evidence === undefined || cause.evidence === null ? [] : [`  ${cause.evidence}`]),
  ];
}

/** Faults first: there may be a line for each of a thousand services. */
async function needLines(
  { specs = [], environment, clock }: DiagnosticsParts,
  services: readonly DiagnosedService[],
): Promise<readonly string[]> {
  const names = services.slice(0, maxServices).map(({ name }) => name);
  const shown = specs.filter(({ name }) => names.includes(name));
  const needs = await withDeadline(clock, needsDeadlineMs, examineNeeds(shown, { clock, environment }));
  if (needs === 'deadline') return [`not known within ${needsDeadlineMs / 1_000} s`];
  const faults = needs.filter(({ level }) => level !== 'ok');
  return [...faults, ...needs.filter(({ level }) => level === 'ok')]
    .slice(0, maxNeeds)
    .flatMap(({ level, subject, message, fix }) => [
      `${level === 'ok' ? '✓' : level === 'note' ? '·' : '✗'} ${subject}: ${message}`,
      ...(fix === null ? [] : [`  → ${fix}`]),
    ]);
}

/** From the logs of LocalPort itself and of unhealthy services: each cause was logged when it occurred. */
async function logLines(
  { openLog }: DiagnosticsParts,
  services: readonly DiagnosedService[],
): Promise<readonly string[]> {
  const troubled = services.filter(({ cause, restarts }) => cause !== null || restarts > 0).slice(0, maxLogs);
  const found: string[] = [];
  for (const source of [null, ...troubled.map(({ name }) => name)])
    found.push(...(await lastComplaints(openLog(source))).map((line) => `${source ?? 'LocalPort'}: ${line}`));
  return found;
}

async function lastComplaints(log: OpenLog | null): Promise<readonly string[]> {
  if (log === null) return [];
  let last: readonly string[] = [];
  try {
    for await (const lines of log.lines({ tailLines: null, since: null, until: null, grep: null }))
      last = [...last, ...lines.filter((line) => isComplaint.test(line))].slice(-maxLogLines);
  } catch (error) {
    return [`the log cannot be read: ${error instanceof Error ? error.message : String(error)}`];
  } finally {
    log.close();
  }
  return last;
}

/** Matches lines of `LogWriter`: time, level, message. */
const isComplaint = /^\S+ +(?:warn|error) /;

const seconds = (durationMs: number): string => `${Math.max(0, Math.round(durationMs / 1_000))} s`;
