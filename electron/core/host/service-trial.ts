/** Tries a service that is not running: opens its tunnel on a private endpoint, checks its target once, closes everything. */
import type { Cause } from '../../../shared/failure.ts';
import { describeRoute } from '../../../shared/route-text.ts';
import type { ServiceSpec, TargetProbe } from '../../../shared/service-spec.ts';
import { withDeadline, type Clock } from '../clock.ts';
import type { Endpoint } from '../connect/endpoint.ts';
import { describeFailure } from '../health/client-failure.ts';
import { mayBeOverheard } from '../health/open-path.ts';
import type { Probe } from '../health/probe.ts';
import type { Logger } from '../observability/logger.ts';
import type { Tunnel, TunnelAdapter } from '../tunnel/tunnel-adapter.ts';

export interface TrialParts {
  /** Unique among all tunnels. */
  readonly id: string;
  readonly adapter: TunnelAdapter;
  readonly probe: Probe;
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether the user is being asked a question for the login: then the trial waits for the answer. */
  readonly isAsking: () => boolean;
  readonly signal: AbortSignal;
}

export interface Trial {
  readonly ok: boolean;
  /** One or two sentences. */
  readonly message: string;
  readonly remedy: string | null;
  readonly tookMs: number;
}

/** The trial is given up after this many start timeouts, even while the user is being asked. */
const maxWaits = 10;
/** Even if the check has a longer timeout. */
const maxProbeMs = 10_000;

/** Never rejects. */
export async function tryService(service: ServiceSpec, parts: TrialParts): Promise<Trial> {
  const { clock, adapter, id, log, signal } = parts;
  const startedAt = clock.now();
  const tookMs = (): number => Math.round(clock.now() - startedAt);
  const failed = (title: string, remedy: string | null): Trial => ({
    ok: false,
    message: title,
    remedy,
    tookMs: tookMs(),
  });
  if (service.problem !== null) return failed(wordsOf(service.problem), service.problem.remedy);
  const tunnel = adapter.open({ id, service: withoutListener(service), log, forced: true });
  const onAbort = (): void => void tunnel.stop({ force: true });
  signal.addEventListener('abort', onAbort, { once: true });
  const complaint = firstComplaint(tunnel);
  try {
    const ready = await started(tunnel, service, parts);
    if (ready === null)
      return failed(
        `No tunnel within ${service.startTimeoutMs / 1000} s`,
        'Increase start_timeout if it needs longer',
      );
    if (!ready.ok) return failed(wordsOf(ready.error), ready.error.remedy);
    const connected = `Connected to ${routeOf(service)} in ${tookMs()} ms`;
    const spec = questionOf(service);
    if (spec === null)
      return { ok: true, message: `${connected}. The target was not tried`, remedy: null, tookMs: tookMs() };
    const result = await ask(spec, { endpoint: ready.value, service, parts });
    if (result.kind === 'passed') {
      const answer =
        result.tookMs === null
          ? 'it accepts connections'
          : `${speaker(spec)} answered in ${Math.round(result.tookMs)} ms`;
      const message = isFirstContact(service) ? capital(answer) : `${connected}; ${answer}`;
      return { ok: true, message, remedy: null, tookMs: tookMs() };
    }
    if (result.kind === 'canceled') return failed('The test was canceled', null);
    const cause =
      complaint() ??
      describeFailure(result, { ...service, healthCheck: { ...service.healthCheck, probe: spec } });
    const reached = isFirstContact(service) ? '' : `${connected}, but: `;
    return failed(`${reached}${wordsOf(cause)}`, cause.remedy);
  } finally {
    signal.removeEventListener('abort', onAbort);
    await tunnel.stop();
  }
}

/** null: the start took too long. */
async function started({ ready }: Tunnel, service: ServiceSpec, { clock, isAsking }: TrialParts) {
  for (let waits = 0; waits < maxWaits; waits += 1) {
    const outcome = await withDeadline(clock, service.startTimeoutMs, ready);
    if (outcome !== 'deadline') return outcome;
    if (!isAsking()) return null;
  }
  return null;
}

/** A reverse forward would open its port on the server to clients there: so only the login is tried. */
function withoutListener(service: ServiceSpec): ServiceSpec {
  const { connection } = service;
  if (connection.technology !== 'ssh') return service;
  const { localTarget: _, ...rest } = connection;
  return { ...service, connection: rest };
}

/** null: there is no target, or the config disables its check. */
function questionOf({ connection, healthCheck: { probe } }: ServiceSpec): TargetProbe | null {
  if (
    connection.technology === 'ssh' &&
    (connection.isDynamic === true || connection.localTarget !== undefined)
  )
    return null;
  if (probe.type === 'none') return null;
  if (probe.type === 'auto') return probe.hello ?? plainQuestion(connection.remotePort);
  // An exec check would use the local port, which is not open.
  return probe.type === 'exec' ? { type: 'tcp' } : probe;
}

/** MySQL counts a connection without a login as an error. */
const plainQuestion = (port: number | string | null): TargetProbe =>
  port === mysqlPort
    ? {
        type: 'mysql',
        user: null,
        password: null,
        database: null,
        tls: false,
        servername: 'localhost',
        verifySsl: false,
        caFile: null,
      }
    : { type: 'tcp' };
const mysqlPort = 3306;

interface Question {
  readonly endpoint: Endpoint;
  readonly service: ServiceSpec;
  readonly parts: TrialParts;
}

const ask = (spec: TargetProbe, { endpoint, service, parts: { probe, clock, signal } }: Question) =>
  probe({
    endpoint,
    spec,
    timeoutMs: Math.min(maxProbeMs, service.healthCheck.timeoutMs),
    isPathOpen: mayBeOverheard(service.connection),
    signal,
    clock,
  });

/** Without a server in between, the target is the first thing to be connected. */
const isFirstContact = ({ connection }: ServiceSpec): boolean => connection.technology === 'tcp';

const routeOf = ({ connection }: ServiceSpec): string => describeRoute(connection);

const speakers: Partial<Readonly<Record<TargetProbe['type'], string>>> = {
  postgres: 'PostgreSQL',
  mysql: 'MySQL',
  redis: 'Redis',
  kafka: 'Kafka',
  ssh: 'the ssh server',
  http: 'the web server',
  https: 'the web server',
  grpc: 'the gRPC server',
  tls: 'the server',
};

const speaker = ({ type }: TargetProbe): string => speakers[type] ?? 'it';

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const wordsOf = ({ title, evidence }: Cause): string =>
  evidence === null || evidence === title ? title : `${title} (${evidence})`;

/** ssh reports why a target cannot be reached separately from the connection that fails. */
function firstComplaint(tunnel: Tunnel): () => Cause | null {
  let first: Cause | null = null;
  tunnel.onComplaint((cause) => {
    first ??= cause;
  });
  return () => first;
}
