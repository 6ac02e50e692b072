/** Handles the requests that a host gets over its control socket, and opens and closes the socket with the host. */
import {
  controlProtocol,
  type ControlError,
  type ControlOutcome,
  type ControlTarget,
  type PortChoice,
} from '../../../shared/control-contract.ts';
import { stopCommand } from '../../../shared/failure.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { EditOperation, EditRequest, EditResponse } from '../../../shared/service-edit.ts';
import type { ConfigState } from '../../../shared/service-snapshot.ts';
import type { Clock } from '../clock.ts';
import type { ControlHandlers, RequestHandlers, StreamHandlers } from '../control/control-handlers.ts';
import { ControlServer } from '../control/control-server.ts';
import { refuseOff, resolveTarget } from '../control/control-target.ts';
import type { ShutdownReport } from '../lifecycle/shutdown-report.ts';
import type { LogStore } from '../observability/log-store.ts';
import type { AppHost } from './app-host.ts';
import { streamLogs, whenAborted } from './log-stream.ts';

export interface HostControlParts {
  readonly host: AppHost;
  readonly socketPath: string;
  readonly clock: Clock;
  readonly logs: LogStore;
  /** Shuts down and exits. */
  readonly stop: (reason: string) => Promise<unknown>;
  /** Jumps to the last phase of the shutdown. */
  readonly force: (reason: string) => Promise<unknown>;
}

/** Serves the host from now until it has shut down. The error is a sentence. */
export async function serveControl(parts: HostControlParts): Promise<Result<void, string>> {
  const { host, socketPath, clock, logs } = parts;
  const handlers: ControlHandlers = {
    requests: requestHandlers(parts, () => server.clients),
    streams: streamHandlers(parts),
  };
  const opened = await ControlServer.open({
    socketPath,
    version: host.snapshot().host.version,
    handlers,
    clock,
    log: logs.app,
  });
  if (!opened.ok) return opened;
  const server = opened.value;
  host.scope.own('control socket', () => {
    server.stop();
  });
  host.ending.afterwards(() => server.close());
  return ok(undefined);
}

function requestHandlers({ host }: HostControlParts, clients: () => number): RequestHandlers {
  const resolve = (target: ControlTarget): ControlOutcome => resolveTarget(target, host.snapshot().services);
  const resolveOn = (target: ControlTarget): ControlOutcome =>
    refuseOff(resolve(target), host.snapshot().services);
  return {
    host: () => Promise.resolve(ok({ protocol: controlProtocol, host: host.snapshot().host })),
    snapshot: () => Promise.resolve(ok(host.snapshot())),
    'set-desired': async ({ target, desired, port, until }) => {
      const outcome = resolve(target);
      if (port !== undefined) {
        const isOne = target.kind === 'names' && target.names.length === 1 && desired === 'on';
        return isOne ? ok(await turnOnAt(host, outcome, port)) : err(portNeedsOneName);
      }
      return ok(desired === 'on' ? await turnOn(host, outcome) : await turnOff(host, outcome, until));
    },
    restart: async ({ target }) => {
      const outcome = resolveOn(target);
      // A service that is named is restarted in any case; in a group, some may be waiting for their transport.
      if (target.kind === 'names') await host.forceRetry(outcome.accepted);
      else await host.restart(outcome.accepted);
      return ok(outcome);
    },
    retry: async ({ target }) => {
      const outcome = resolveOn(target);
      await host.retry(outcome.accepted);
      return ok(outcome);
    },
    'log-in': async ({ target }) => {
      const outcome = resolveOn(target);
      await host.logIn(outcome.accepted);
      return ok(outcome);
    },
    'use-context': ({ target }) => {
      const outcome = resolveOn(target);
      host.useCurrentContext(outcome.accepted);
      return Promise.resolve(ok(outcome));
    },
    'look-at-host-key': async ({ name }) => asAnswer(await host.hostKeys.look(name)),
    'trust-host-key': async ({ name, digest }) => {
      const trusted = await host.hostKeys.trust(name, digest);
      return asAnswer(trusted.ok ? ok({}) : trusted);
    },
    reload: async () => {
      await host.reload();
      return ok(host.snapshot().config);
    },
    trust: async ({ digest }) => afterTrust(host, await host.trustConfig(digest)),
    untrust: async () => afterTrust(host, await host.untrustConfig()),
    'read-service': editing(host, 'read'),
    'propose-service': editing(host, 'propose'),
    'validate-service': editing(host, 'validate'),
    'test-service': editing(host, 'test'),
    'save-service': editing(host, 'save'),
    'add-services': editing(host, 'addAll'),
    'remove-service': editing(host, 'remove'),
    'undo-edit': editing(host, 'undo'),
    'port-holder': editing(host, 'portHolder'),
    'answer-prompt': ({ id, answer, remember }) =>
      Promise.resolve(settled(host.prompts.answer(id, answer, { remember }))),
    'dismiss-prompt': ({ id }) => Promise.resolve(settled(host.prompts.dismiss(id))),
    dump: () => Promise.resolve(ok({ ...host.report(), clients: clients() })),
    diagnostics: async () => ok({ sections: await host.diagnostics() }),
  };
}

const afterTrust = (host: AppHost, done: Result<void, string>): Result<ConfigState, ControlError> =>
  done.ok ? ok(host.snapshot().config) : err({ code: 'bad-request', message: done.error });

const editing =
  <O extends EditOperation>({ editor }: AppHost, operation: O) =>
  async (request: EditRequest<O>): Promise<Result<EditResponse<O>, ControlError>> => {
    return asAnswer(await editor[operation](request));
  };

/** The error is a sentence for the user. */
const asAnswer = <T>(done: Result<T, string>): Result<T, ControlError> =>
  done.ok ? done : err({ code: 'bad-request', message: done.error });

const settled = (isOpen: boolean): Result<Record<string, never>, ControlError> =>
  isOpen ? ok({}) : err({ code: 'not-found', message: 'the question is no longer open' });

const portNeedsOneName: ControlError = {
  code: 'bad-request',
  message: 'a port can be chosen only to turn on exactly one service, by its name',
};

async function turnOff(
  host: AppHost,
  outcome: ControlOutcome,
  until: number | undefined,
): Promise<ControlOutcome> {
  await Promise.all(outcome.accepted.map((name) => host.setDesired(name, 'off', until)));
  return outcome;
}

/** One at a time: of two services that share a port, only the first is turned on. */
async function turnOn(host: AppHost, { accepted, refused }: ControlOutcome): Promise<ControlOutcome> {
  const turnedOn: string[] = [];
  const notTurnedOn = [...refused];
  for (const name of accepted) {
    const holder = host.holderOf(name);
    if (holder === null) turnedOn.push(name);
    else notTurnedOn.push({ name, message: describeHolder(host, name, holder) });
    if (holder === null) await host.setDesired(name, 'on');
  }
  return { accepted: turnedOn, refused: notTurnedOn };
}

function describeHolder(host: AppHost, name: string, holder: string): string {
  const port = host.snapshot().services.find((service) => service.name === name)?.localPort ?? 0;
  return `port ${port} is used by the service ${holder}: stop that first, with ${stopCommand(holder)}`;
}

/** `outcome` must be of a single name. */
async function turnOnAt(host: AppHost, outcome: ControlOutcome, port: PortChoice): Promise<ControlOutcome> {
  const [name] = outcome.accepted;
  if (name === undefined) return outcome;
  const turnedOn = await host.turnOnAt(name, port);
  return turnedOn.ok ? outcome : { accepted: [], refused: [{ name, message: turnedOn.error }] };
}

function streamHandlers({ host, logs, stop, force }: HostControlParts): StreamHandlers {
  return {
    'watch-snapshot': async ({ live }, sink) => {
      const stopWatching = host.onSnapshot((snapshot) => {
        sink.offer(() => snapshot);
      });
      const stopLive = live ? host.watchLive() : null;
      sink.offer(() => host.snapshot());
      await whenAborted(sink.signal);
      stopWatching();
      stopLive?.();
      return ok(undefined);
    },
    'watch-prompts': async (_params, sink) => {
      const offer = (): void => {
        sink.offer(() => ({ prompts: host.prompts.prompts() }));
      };
      const leave = host.prompts.attend();
      const stopWatching = host.onSnapshot(offer);
      offer();
      await whenAborted(sink.signal);
      stopWatching();
      leave();
      return ok(undefined);
    },
    logs: (params, sink) => {
      const known = new Set(host.snapshot().services.map(({ name }) => name));
      return streamLogs({ logs, known }, params, sink);
    },
    shutdown: async (params, sink) => {
      host.ending.onPhase((phase, state) => {
        sink.send({ kind: 'phase', phase, state });
      });
      const ended = new Promise<ShutdownReport>((resolve) => {
        host.ending.afterwards((report) => {
          resolve(report);
          return Promise.resolve();
        });
      });
      void (params.force ? force : stop)('asked for by a command');
      sink.send({ kind: 'report', report: await ended });
      return ok(undefined);
    },
  };
}
