/** What a terminal shows while LocalPort runs: each service when its state changes, the config and notices. Pure. */
import { wholeRoute } from '../../../shared/bind-address.ts';
import type { Health, ServiceSnapshot, Snapshot } from '../../../shared/service-snapshot.ts';
import { shellWord } from '../../../shared/shell-word.ts';
import { toneOf, toneShapes } from '../../../shared/service-tone.ts';

/** The lines to print when one snapshot follows another; `before` is null at the start. */
export function reportChanges(before: Snapshot | null, after: Snapshot): readonly string[] {
  const lines = before === null ? [`logs in ${after.host.logDirectory}`] : [];
  if (before?.config !== after.config) lines.push(...describeConfig(after));
  const known = before?.host.notices ?? [];
  lines.push(...after.host.notices.filter((text) => !known.includes(text)).map((text) => `notice: ${text}`));
  const earlier = new Map(before?.services.map((service) => [service.name, describeService(service)]));
  for (const service of after.services) {
    const line = describeService(service);
    if (earlier.get(service.name) !== line) lines.push(line);
  }
  return lines;
}

/** The last lines: what is still there, if anything is. */
export const reportEnd = (problems: readonly string[]): readonly string[] =>
  problems.length === 0
    ? ['stopped, nothing is left behind']
    : ['stopped, but not cleanly:', ...problems.map((problem) => `  ${problem}`)];

function describeConfig({ config, services }: Snapshot): readonly string[] {
  const problems = config.problems.map(({ severity, path, line, message }) => {
    const where = [path, line === null ? '' : `line ${line}`].filter((part) => part !== '').join(', ');
    return `  ${severity}: ${where === '' ? '' : `${where}: `}${message}`;
  });
  switch (config.status) {
    case 'welcome':
      return [`no config yet, showing the welcome page; a config belongs in ${config.path ?? ''}`];
    case 'loaded':
      return [`config ${config.path ?? ''}`, ...problems];
    case 'partial':
      return [`config ${config.path ?? ''} has errors; the other services are not affected`, ...problems];
    case 'untrusted':
      return [
        `config ${config.path ?? ''} is not trusted; ${services.length === 0 ? 'nothing of it is running' : 'the previous config is still in effect'}`,
        `  to see what it would run and trust it: localport trust ${shellWord(config.path ?? '')}`,
      ];
    case 'broken':
      return [
        `config ${config.path ?? ''} is broken; ${services.length === 0 ? 'nothing is running until you fix it' : 'the previous config is still in effect'}`,
        ...problems,
      ];
  }
}

function describeService(service: ServiceSnapshot): string {
  const { name, phase, health, cause } = service;
  const state = phase === 'up' ? stateOfTunnel[health] : phase;
  const why = cause === null ? '' : `  ${cause.title}`;
  return `${toneShapes[toneOf(service)]} ${name}  ${state}  ${wholeRoute(service)}${why}`;
}

const stateOfTunnel: Readonly<Record<Health, string>> = {
  healthy: 'up',
  ready: 'ready',
  unknown: 'checking',
  unhealthy: 'unhealthy',
};
