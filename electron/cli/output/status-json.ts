/** `status -o json`: a stable interface, documented in `docs/json.md`. Keys may be added, never renamed or removed. */
import type { Cause } from '../../../shared/failure.ts';
import type { Prompt } from '../../../shared/prompt.ts';
import { toneOf } from '../../../shared/service-tone.ts';
import type { ReportedService, StatusReport } from '../status-report.ts';

/** The printed object. Times are ISO 8601 in UTC, null if there is none. */
export function statusObject({ host, config, services, prompts }: StatusReport): object {
  return {
    host:
      host === null
        ? null
        : {
            kind: host.kind,
            pid: host.pid,
            version: host.version,
            since: showTime(host.since),
            config: config.path,
            notices: host.notices,
          },
    services: services.map(serviceObject),
    prompts: prompts.map(promptObject),
  };
}

/** `kind`: `password`, `passphrase`, `code`, `touch`, `sign-in` or `confirm`. */
const promptObject = ({ services, asker, words, kind, since }: Prompt): object => ({
  services,
  asker,
  words,
  kind,
  since: showTime(since),
});

const serviceObject = (service: ReportedService): object => ({
  name: service.name,
  technology: service.technology,
  /** At a glance: `up` (a check has passed through this tunnel), `ready`, `checking`, `working`, `trouble` or `off`. */
  state: toneOf(service),
  desired: service.desired,
  ...(service.offUntil === undefined ? {} : { off_until: showTime(service.offUntil) }),
  ...(service.offAt === undefined ? {} : { off_at: showTime(service.offAt) }),
  phase: service.phase,
  health: service.health,
  local_port: service.localPort,
  configured_port: service.configuredPort ?? service.localPort,
  ...(service.bind === null ? {} : { bind: service.bind }),
  ...(service.localSocket === undefined ? {} : { local_socket: service.localSocket }),
  ...(service.remoteAddress === undefined ? {} : { remote_address: service.remoteAddress }),
  addresses: service.addresses,
  remote: service.route,
  ...(service.note === undefined ? {} : { note: service.note }),
  ...(service.otherContext === undefined ? {} : { other_context: service.otherContext }),
  tags: service.tags,
  ...(service.guard === undefined ? {} : { guard: service.guard }),
  pid: service.pid,
  since: showTime(service.since),
  restarts: service.restarts,
  attempt: service.attempt,
  next_retry_at: showTime(service.nextRetryAt),
  connections: service.connections,
  bytes_in: service.bytesIn,
  bytes_out: service.bytesOut,
  check_ms: service.checkMs === null ? null : Math.round(service.checkMs * 10) / 10,
  cause: service.cause === null ? null : causeObject(service.cause),
});

const causeObject = ({ code, title, evidence, remedy, recovery }: Cause): object => ({
  code,
  title,
  evidence,
  remedy,
  /** Whether a retry may help without the user. */
  retryable: recovery !== 'user',
});

const showTime = (epochMs: number | null): string | null =>
  epochMs === null ? null : new Date(epochMs).toISOString();
