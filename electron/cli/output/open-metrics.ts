/** A snapshot as OpenMetrics text, specification 1.0: families with TYPE and HELP, escaped labels, `# EOF` at the end. */
import { visibleText } from '../../../shared/visible-text.ts';
import { recoveryBoundsMs, type Outages } from '../../../shared/outages.ts';
import { isInOrder, toneOf } from '../../../shared/service-tone.ts';
import type { ServiceSnapshot, Snapshot } from '../../../shared/service-snapshot.ts';

interface Family {
  readonly name: string;
  /** A counter's samples have the suffix `_total`, an info's `_info`; a histogram has its own. */
  readonly type: 'gauge' | 'counter' | 'info' | 'histogram';
  readonly unit?: 'seconds' | 'bytes';
  readonly help: string;
  readonly samples: (service: ServiceSnapshot) => readonly Sample[];
}

interface Sample {
  readonly suffix?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

const one = (value: number): readonly Sample[] => [{ value }];

const families: readonly Family[] = [
  {
    name: 'localport_service',
    type: 'info',
    help: 'Properties of a service.',
    samples: ({ technology, route, localPort }) => [
      { labels: { technology, remote: route, local_port: String(localPort) }, value: 1 },
    ],
  },
  {
    name: 'localport_service_desired',
    type: 'gauge',
    help: 'Whether the service is meant to be on.',
    samples: ({ desired }) => one(desired === 'on' ? 1 : 0),
  },
  {
    name: 'localport_service_up',
    type: 'gauge',
    help: 'Whether the service is proven through its current tunnel, by a check or an answer to a client; or ready: nobody has tried its target; or idle, on demand.',
    samples: (service) => one(isInOrder(service) ? 1 : 0),
  },
  {
    name: 'localport_service_checking',
    type: 'gauge',
    help: 'Whether the service has a tunnel that is not proven yet.',
    samples: (service) => one(toneOf(service) === 'checking' ? 1 : 0),
  },
  {
    name: 'localport_service_restarts',
    type: 'counter',
    help: 'Tunnels started after the first one, since LocalPort started, except for clients of an idle service.',
    samples: ({ restarts }) => one(restarts),
  },
  {
    name: 'localport_recovery_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'Outages that have ended, until the service was up again, without time asleep or turned off.',
    samples: ({ outages }) => recoveryHistogram(outages),
  },
  {
    name: 'localport_service_failed_attempts',
    type: 'gauge',
    help: 'Consecutive failures since the service last recovered.',
    samples: ({ attempt }) => one(attempt),
  },
  {
    name: 'localport_service_connections',
    type: 'gauge',
    help: 'Open connections of clients.',
    samples: ({ connections }) => one(connections),
  },
  {
    name: 'localport_service_held_connections',
    type: 'gauge',
    help: 'Clients that wait for a tunnel.',
    samples: ({ held }) => one(held),
  },
  {
    name: 'localport_service_transferred_bytes',
    type: 'counter',
    unit: 'bytes',
    help: 'Bytes relayed, in: from the remote end to clients.',
    samples: ({ bytesIn, bytesOut }) => [
      { labels: { direction: 'in' }, value: bytesIn },
      { labels: { direction: 'out' }, value: bytesOut },
    ],
  },
  {
    name: 'localport_service_check_duration_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'How long the last passed check took.',
    samples: ({ checkMs }) => (checkMs === null ? [] : one(checkMs / 1_000)),
  },
  {
    name: 'localport_service_phase_since_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'When the current phase began, as a Unix time.',
    samples: ({ since }) => one(since / 1_000),
  },
];

/** Buckets are cumulative: each includes all previous ones. */
function recoveryHistogram({ count, totalMs, byDuration }: Outages): readonly Sample[] {
  const bounds = [...recoveryBoundsMs.map((boundMs) => openMetricsFloat(boundMs / 1_000)), '+Inf'];
  let sum = 0;
  const buckets = bounds.map((le, index) => {
    sum += byDuration[index] ?? 0;
    return { suffix: '_bucket', labels: { le }, value: sum };
  });
  return [...buckets, { suffix: '_sum', value: totalMs / 1_000 }, { suffix: '_count', value: count }];
}

/** The canonical form of a bound: `1.0`, not `1`. */
const openMetricsFloat = (value: number): string => (Number.isInteger(value) ? `${value}.0` : String(value));

/** Lines, the last of which is `# EOF`. */
export function openMetrics({ host, services }: Snapshot): readonly string[] {
  return [
    '# TYPE localport_host info',
    '# HELP localport_host The running LocalPort.',
    sampleLine('localport_host_info', { kind: host.kind, version: host.version }, 1),
    '# TYPE localport_host_start_time_seconds gauge',
    '# UNIT localport_host_start_time_seconds seconds',
    '# HELP localport_host_start_time_seconds When it started, as a Unix time.',
    sampleLine('localport_host_start_time_seconds', {}, host.since / 1_000),
    ...families.flatMap((family) => familyLines(family, services)),
    '# EOF',
  ];
}

const suffixes = { gauge: '', counter: '_total', info: '_info', histogram: '' } as const;

function familyLines({ name, type, unit, help, samples }: Family, services: readonly ServiceSnapshot[]) {
  return [
    `# TYPE ${name} ${type}`,
    ...(unit === undefined ? [] : [`# UNIT ${name} ${unit}`]),
    `# HELP ${name} ${help}`,
    ...services.flatMap((service) =>
      samples(service).map(({ suffix = suffixes[type], labels, value }) =>
        sampleLine(`${name}${suffix}`, { service: service.name, ...labels }, value),
      ),
    ),
  ];
}

function sampleLine(name: string, labels: Readonly<Record<string, string>>, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`;
}

const escapeLabel = (text: string): string =>
  visibleText(text)
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`);
