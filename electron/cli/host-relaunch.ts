/** Stops a daemon and starts it again as it was: through the manager that runs it, otherwise directly. */
import { sleep } from '../core/clock.ts';
import type { ControlClient } from '../core/control/control-client.ts';
import type { Snapshot } from '../../shared/service-snapshot.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure } from './command-failure.ts';
import { stopHost } from './commands/daemon-stop.ts';
import { launchDaemon } from './daemon-launch.ts';
import { answerOf, findHost } from './host-connection.ts';
import { readOfflineStatus } from './offline-status.ts';
import { serviceManager, serviceTools } from './service-manager-choice.ts';
import type { ServiceManager } from './service-manager.ts';
import { lastLine, type ToolRun } from './tool-run.ts';

/** After each of the two kinds of start. */
const managedStartMs = 15_000;
const pollMs = 50;

/** This closes `client`. Null: by Ctrl-C. */
export async function relaunchDaemon(
  context: CommandContext,
  client: ControlClient,
): Promise<ControlClient | null> {
  const before = answerOf(await client.request('snapshot', {}));
  const manager = await managerOf(context, client.host.pid);
  const stopped = await stopHost(context, client, false);
  client.close();
  if (stopped === null || context.signal.aborted) return null;
  if (manager !== null) {
    const started = await startManaged(context, manager);
    // It answers before it has read its config: this answer comes after.
    answerOf(await started.request('reload', {}));
    return keepPorts(context, started, before);
  }
  const { config } = before;
  const file = config.status === 'welcome' ? undefined : (config.path ?? undefined);
  const launch = { kind: 'headless', config: file, needsTrust: config.needsTrust === true } as const;
  if (await wouldBeKept(context, before))
    return keepPorts(context, await launchDaemon(context, launch), before);
  const launched = await launchDaemon(context, { ...launch, allOff: true });
  const names = before.services.filter(({ desired }) => desired === 'on').map(({ name }) => name);
  if (names.length > 0)
    answerOf(await launched.request('set-desired', { target: { kind: 'names', names }, desired: 'on' }));
  return keepPorts(context, launched, before);
}

/** The service manager that runs this process; null: none. */
export async function managerOf(context: CommandContext, pid: number): Promise<ServiceManager | null> {
  if (context.platform !== 'darwin' && context.platform !== 'linux') return null;
  const manager = serviceManager(context);
  return (await manager.runningPid(serviceTools(context))) === pid ? manager : null;
}

export async function startManaged(context: CommandContext, manager: ServiceManager): Promise<ControlClient> {
  const tools = serviceTools(context);
  const start = (): Promise<ToolRun | null> => manager.start(tools);
  // launchd starts a job at most once per ThrottleInterval, even if it exited normally; a newly loaded job has no
  // history.
  const reload = async (): Promise<ToolRun | null> => {
    await manager.unload(tools);
    return manager.load(tools);
  };
  for (const step of [start, reload]) {
    const failure = await step();
    if (failure !== null)
      throw new CommandFailure(`${manager.name} did not start the daemon: ${lastLine(failure.stderr)}`, {
        hint: manager.advice,
      });
    const client = await whenItAnswers(context);
    if (client !== null) return client;
    if (context.signal.aborted) break;
  }
  throw new CommandFailure(`${manager.name} started the daemon, but it does not answer`, {
    hint: manager.advice,
  });
}

async function whenItAnswers(context: CommandContext): Promise<ControlClient | null> {
  const { clock, signal } = context;
  const deadline = clock.now() + managedStartMs;
  while (clock.now() < deadline && !signal.aborted) {
    const client = await findHost(context, ['not-running', 'timed-out']);
    if (client !== null) return client;
    await sleep(clock, pollMs, signal);
  }
  return null;
}

/**
 * Whether a new start turns on the same services. A daemon launched by `start` had the others off, for that run only.
 */
async function wouldBeKept(context: CommandContext, { config, services }: Snapshot): Promise<boolean> {
  if (config.path === null) return true;
  const options = { ...context.options, config: config.path };
  const { services: next } = await readOfflineStatus({ ...context, options });
  const desired = new Map(next.map((service) => [service.name, service.desired]));
  return services.every((service) => (desired.get(service.name) ?? 'off') === service.desired);
}

/** Ports that were chosen for that run only. */
async function keepPorts(
  { tell }: CommandContext,
  client: ControlClient,
  { services }: Snapshot,
): Promise<ControlClient> {
  for (const { name, localPort, configuredPort, desired } of services) {
    if (configuredPort === null || desired !== 'on') continue;
    const target = { kind: 'names', names: [name] } as const;
    const { refused } = answerOf(await client.request('set-desired', { target, desired, port: localPort }));
    tell(...refused.map(({ message }) => `${name} did not keep its port ${localPort}: ${message}`));
  }
  return client;
}
