/** The output on a terminal while LocalPort runs: state changes of services, the config and notices. Pure. */
import { isDeepStrictEqual } from 'node:util';
import { wholeRoute } from '../../../shared/bind-address.ts';
import type { Health, ServiceSnapshot, Snapshot } from '../../../shared/service-snapshot.ts';
import { assertNever } from '../../../shared/result.ts';
import { secondsText } from '../../../shared/seconds-text.ts';
import { shellWord } from '../../../shared/shell-word.ts';
import { describeProblem } from '../config/config-problem.ts';
import { toneOf, toneShapes } from '../../../shared/service-tone.ts';

/** The lines to print when one snapshot follows another; `before` is null at the start. `now`: epoch ms. */
export function reportChanges(before: Snapshot | null, after: Snapshot, now: number): readonly string[] {
  const lines = before === null ? [`logs in ${after.host.logDirectory}`] : [];
  if (!isDeepStrictEqual(before?.config, after.config)) lines.push(...describeConfig(after));
  const known = before?.host.notices ?? [];
  lines.push(...after.host.notices.filter((text) => !known.includes(text)).map((text) => `notice: ${text}`));
  const earlier = new Map(before?.services.map((service) => [service.name, service]));
  for (const service of after.services) {
    const former = earlier.get(service.name);
    if (former === undefined || hasChanged(former, service))
      lines.push(...describeService(service, former, now));
  }
  return lines;
}

/** The last lines: what is left behind, if anything. */
export const reportEnd = (problems: readonly string[]): readonly string[] =>
  problems.length === 0
    ? ['stopped, nothing is left behind']
    : ['stopped, but not cleanly:', ...problems.map((problem) => `  ${problem}`)];

function describeConfig({ config, services }: Snapshot): readonly string[] {
  const problems = config.problems.map(
    (problem) => `  ${problem.severity}: ${describeProblem(problem, config.path ?? '')}`,
  );
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

/** Ignores counters and the time of the next retry, which change constantly. */
const hasChanged = (before: ServiceSnapshot, after: ServiceSnapshot): boolean =>
  before.phase !== after.phase ||
  before.health !== after.health ||
  before.cause?.title !== after.cause?.title ||
  wholeRoute(before) !== wholeRoute(after);

function describeService(
  service: ServiceSnapshot,
  before: ServiceSnapshot | undefined,
  now: number,
): readonly string[] {
  const state = stateInWords(service, before, now);
  if (state === null) return [];
  const why = service.cause === null ? '' : `  ${service.cause.title}`;
  return [`${toneShapes[toneOf(service)]} ${service.name}  ${state}  ${wholeRoute(service)}${why}`];
}

/** null: the next state follows in a moment and is reported instead. */
function stateInWords(
  { phase, health, nextRetryAt }: ServiceSnapshot,
  before: ServiceSnapshot | undefined,
  now: number,
): string | null {
  const isFresh = before === undefined;
  switch (phase) {
    case 'off':
      return isFresh ? 'off' : 'turned off';
    case 'stopping':
      return null;
    case 'idle':
      return 'idle until a client connects';
    case 'connecting':
      if (isFresh || before.phase === 'connecting' || before.phase === 'idle') return 'connecting';
      if (before.phase === 'off' || before.phase === 'stopping') return 'turned on';
      return before.phase === 'up' ? 'reconnecting' : 'trying again';
    case 'up':
      if (before?.phase !== 'connecting') return stateOfTunnel[health];
      return `${stateOfTunnel[health]}, connected in ${secondsText(now - before.since)}`;
    case 'retrying':
    case 'waiting':
    case 'failed':
      return nextRetryAt === null || nextRetryAt <= now
        ? phase
        : `${phase === 'retrying' ? 'retrying' : `${phase}, checking again`} in ${secondsText(nextRetryAt - now)}`;
    default:
      return assertNever(phase, 'phase');
  }
}

const stateOfTunnel: Readonly<Record<Health, string>> = {
  healthy: 'up',
  ready: 'ready',
  unknown: 'checking',
  unhealthy: 'unhealthy',
};
