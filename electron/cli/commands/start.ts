import { clientAddress } from '../../../shared/bind-address.ts';
import type { ControlTarget, PortChoice } from '../../../shared/control-contract.ts';
import { shellWord } from '../../../shared/shell-word.ts';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import type { ControlClient } from '../../core/control/control-client.ts';
import type { Action, CommandContext } from '../command-context.ts';
import { usageFailure } from '../command-failure.ts';
import { findConfigFile, refuseOtherConfig } from '../config-choice.ts';
import { launchDaemon } from '../daemon-launch.ts';
import { readDuration } from '../duration-option.ts';
import { answerOf, closing, findHost } from '../host-connection.ts';
import { permittedTarget, type GuardOptions } from '../guarded-start.ts';
import { replaceOlderDaemon } from '../other-version.ts';
import { complainOfTrust, tellConfigInUse } from '../output/config-complaint.ts';
import { reportOutcome, type ServiceResult } from '../output/service-results.ts';
import { readPort } from '../port-option.ts';
import { refuseNobody, targetOf, type TargetOptions } from '../service-target.ts';
import { progressOfStart, waitWatched } from '../service-wait.ts';

export interface StartOptions extends TargetOptions, GuardOptions {
  readonly wait?: true;
  readonly timeout?: string;
  readonly port?: string;
}

const defaultTimeoutMs = 30_000;

/** Turns on these services and no others; without a host it starts the daemon first. */
export const start: Action<StartOptions> = async (context, options, names) => {
  const target = await startTarget(context, names, options);
  const timeoutMs =
    options.timeout === undefined ? defaultTimeoutMs : readDuration('--timeout', options.timeout);
  if (options.timeout !== undefined && options.wait !== true)
    throw usageFailure('--timeout works only with --wait');
  const port = portFor(options, names);
  const found = await findHost(context);
  if (found === null && findConfigFile(context) === null)
    throw (await import('../missing-config.ts')).missingConfig(context);
  if (found !== null) await refuseOtherConfig(context, found);
  const running = found === null ? null : await replaceOlderDaemon(context, found);
  const client = running ?? (await launchDaemon(context, { allOff: true }));
  return closing(client, async () => {
    if (running !== null) await settleTrust(context, running);
    const { config, services } = answerOf(await client.request('snapshot', {}));
    if (config.status === 'welcome') await tellMissingConfig(context);
    const permitted = await permittedTarget(context, target, { services, ...options });
    const outcome = answerOf(
      await client.request('set-desired', { target: permitted.target, desired: 'on', ...port }),
    );
    refuseNobody(target, outcome);
    const { accepted } = outcome;
    const refused = [...outcome.refused, ...permitted.refused];
    if (running !== null) await tryAtOnce(context, client, accepted);
    if (running !== null && refused.length > 0) await tellOtherConfig(context, client);
    const results =
      options.wait === true
        ? await waitUntilUp(context, { client, names: accepted, timeoutMs })
        : options.port === undefined
          ? accepted.map((name) => ({ name, ok: true, message: 'started' }))
          : await startedOnPort(client, accepted);
    return reportOutcome(context, results, refused);
  });
};

/** A user who types only `start` may have no config yet. */
async function startTarget(
  context: CommandContext,
  names: readonly string[],
  options: TargetOptions,
): Promise<ControlTarget> {
  const isNone = names.length === 0 && options.tag === undefined && options.all !== true;
  if (!isNone || findConfigFile(context) !== null || (await runsWithConfig(context)))
    return targetOf(names, options);
  const { message, hint } = (await import('../missing-config.ts')).missingConfig(context);
  throw usageFailure(`no service is named, and ${message}`, hint);
}

async function runsWithConfig(context: CommandContext): Promise<boolean> {
  const client = await findHost(context);
  if (client === null) return false;
  return closing(
    client,
    async () => answerOf(await client.request('snapshot', {})).config.status !== 'welcome',
  );
}

/** Without a config, the only service is LocalPort's own page. */
async function tellMissingConfig(context: CommandContext): Promise<void> {
  const { message, hint } = (await import('../missing-config.ts')).missingConfig(context);
  context.tell(message, ...(hint ?? '').split('\n'));
}

/** An unknown name may belong to the config in this folder. */
async function tellOtherConfig(context: CommandContext, client: ControlClient): Promise<void> {
  const found = findConfigFile(context);
  const { config } = answerOf(await client.request('snapshot', {}));
  if (found === null || found.path === config.path) return;
  context.tell(
    `LocalPort is running with ${config.path ?? 'no config'}. To use ${found.path} instead: ` +
      `localport daemon restart --config ${shellWord(found.path)}`,
  );
}

/** A config under review does not prevent services in force from being turned on. */
async function settleTrust(context: CommandContext, client: ControlClient): Promise<void> {
  const { config, services } = answerOf(await client.request('snapshot', {}));
  if (config.status !== 'untrusted') return;
  const { requireTrustOfHost } = await import('../config-trust.ts');
  if (context.confirm !== undefined || services.length === 0)
    await requireTrustOfHost(context, client, config);
  else complainOfTrust(context, config, '; the previous config is still in effect');
}

function portFor({ port }: StartOptions, names: readonly string[]): { readonly port?: PortChoice } {
  if (port === undefined) return {};
  if (names.length !== 1) throw usageFailure('--port needs the name of exactly one service');
  return { port: readPort(port) };
}

function waitUntilUp(
  context: CommandContext,
  wait: { readonly client: ControlClient; readonly names: readonly string[]; readonly timeoutMs: number },
): Promise<readonly ServiceResult[]> {
  const deadline = context.clock.wallNow() + wait.timeoutMs;
  return waitWatched(context, {
    ...wait,
    progressOf: (service) => progressOfStart(service, deadline),
    tellDone: readyWords,
  });
}

function readyWords(service: ServiceSnapshot): string {
  if (service.phase === 'idle') return `connects when a client uses ${placeOf(service)}`;
  return `${service.health === 'ready' ? 'ready' : 'up'} on ${placeOf(service)}`;
}

/** The host chooses the port: the answer names it. */
async function startedOnPort(
  client: ControlClient,
  names: readonly string[],
): Promise<readonly ServiceResult[]> {
  const { services } = answerOf(await client.request('snapshot', {}));
  return services
    .filter(({ name }) => names.includes(name))
    .map((service) => ({ name: service.name, ok: true, message: `started on ${placeOf(service)}` }));
}

const placeOf = (service: ServiceSnapshot): string =>
  service.configuredPort === null
    ? clientAddress(service)
    : `${clientAddress(service)} for this run (the config says ${service.configuredPort})`;

/** Services that are on and waiting are retried at once: starting a service means now. */
async function tryAtOnce(
  context: CommandContext,
  client: ControlClient,
  meant: readonly string[],
): Promise<void> {
  const { config, services } = answerOf(await client.request('snapshot', {}));
  tellConfigInUse(context, config);
  const names = services
    .filter(({ name, phase }) => meant.includes(name) && restingPhases.has(phase))
    .map(({ name }) => name);
  if (names.length > 0) answerOf(await client.request('retry', { target: { kind: 'names', names } }));
}

const restingPhases: ReadonlySet<ServiceSnapshot['phase']> = new Set(['waiting', 'retrying', 'failed']);
