/** Starts a host in a separate process, detached, and waits until it answers at the control socket. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ConfigState } from '../../shared/service-snapshot.ts';
import { sleep } from '../core/clock.ts';
import { prepareAppPaths } from '../core/config/app-paths.ts';
import type { ControlClient } from '../core/control/control-client.ts';
import { daemonCommand } from '../core/install/app-runtime.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure } from './command-failure.ts';
import { chooseConfigFile, requireTrustIn } from './config-choice.ts';
import { startDetached } from './detached-program.ts';
import { answerOf, findHost } from './host-connection.ts';
import { complainOfConfig, complainOfTrust, tellConfigInUse } from './output/config-complaint.ts';
import { menuBarProgram } from './menu-bar-program.ts';

const startTimeoutMs = { headless: 15_000, 'menu-bar': 120_000 } as const;
const pollMs = 20;
/** How long to retry `open` for an app that has just exited. */
const relaunchMs = 5_000;
const relaunchPollMs = 250;
const maxShownCharacters = 2_000;

export interface Launch {
  readonly kind?: 'headless' | 'menu-bar';
  /** Absolute; by default what `--config` says. */
  readonly config?: string | undefined;
  /** The config was found in a folder: only text that the user has trusted runs. */
  readonly needsTrust?: boolean;
  /** Services stay off until they are turned on. */
  readonly allOff?: boolean;
}

/** The program and arguments of the headless host. */
export function daemonProgram(context: CommandContext, launch: Launch = {}): readonly [string, ...string[]] {
  const { programFolder, runtime, options } = context;
  const script = path.join(programFolder, 'daemon.cjs');
  if (!existsSync(script)) throw new CommandFailure(`the daemon is missing: there is no ${script}`);
  const logLevel = options.logLevel ?? (options.debug === true ? 'debug' : undefined);
  return daemonCommand(runtime, script, [
    ...configArguments(context, launch),
    ...(logLevel === undefined ? [] : ['--log-level', logLevel]),
    ...(launch.allOff === true ? ['--all-off'] : []),
  ]);
}

/** How a host learns which config to use; none: it searches itself. */
function configArguments({ options, workingDirectory }: CommandContext, launch: Launch): readonly string[] {
  const { config = options.config, needsTrust = false } = launch;
  if (config === undefined) return [];
  return [needsTrust ? '--folder-config' : '--config', path.resolve(workingDirectory, config)];
}

/**
 * procNotFound (MacErrors.h): `open` found the app that has just exited, and LaunchServices has not noticed that yet.
 */
const isLeaving = (said: string): boolean => /\berror -600\b/.test(said);

const textOf = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');

/** Call it if none is running. Resolves to a connection. */
export async function launchDaemon(context: CommandContext, launch: Launch = {}): Promise<ControlClient> {
  const { clock, paths, uid, signal } = context;
  const found = launch.config === undefined ? chooseConfigFile(context) : null;
  // A mistyped name would start a daemon that waits for a file that never appears.
  if (found !== null && !existsSync(found.path))
    throw new CommandFailure(`there is no config ${found.path}`, {
      hint: 'localport config init writes one.',
    });
  await requireTrustIn(context, found);
  const prepared = await prepareAppPaths(paths, uid);
  if (!prepared.ok) throw new CommandFailure(prepared.error);
  const [file, ...args] =
    launch.kind === 'menu-bar'
      ? menuBarProgram(context, configArguments(context, launch))
      : daemonProgram(context, launch);
  if (context.options.verbose === true) context.tell(`starting: ${[file, ...args].join(' ')}`);
  const outputFile = path.join(paths.logDirectory, 'daemon-start.log');
  let end = await startDetached(context, [file, ...args], outputFile);
  const mayRestartUntil = clock.now() + relaunchMs;
  const timeoutMs = startTimeoutMs[launch.kind ?? 'headless'];
  const deadline = clock.now() + timeoutMs;
  // A launcher such as `open` exits at once and successfully: only a failure counts.
  while (clock.now() < deadline && !signal.aborted) {
    if (end.how !== null && end.how !== 'exit code 0') {
      // Another attempt, a moment later: the old app is exiting.
      if (clock.now() > mayRestartUntil || !isLeaving(await textOf(outputFile))) break;
      await sleep(clock, relaunchPollMs, signal);
      end = await startDetached(context, [file, ...args], outputFile);
    }
    // A host that starts a hundred tunnels on a busy machine may listen for seconds before it answers.
    const client = await findHost(context, ['not-running', 'timed-out']);
    if (client !== null) {
      // It answers before it has read its config: this answer comes after.
      const config = answerOf(await client.request('reload', {}));
      tellHowConfigIs(context, config);
      return client;
    }
    await sleep(clock, pollMs, signal);
  }
  const said = (await textOf(outputFile)).trim().slice(-maxShownCharacters);
  const how = end.how === null ? `did not answer within ${timeoutMs / 1_000} s` : `ended with ${end.how}`;
  throw new CommandFailure(`the daemon ${how}`, {
    hint:
      said === '' ? `Its log: ${paths.logDirectory}; to see why: localport daemon start --foreground` : said,
  });
}

function tellHowConfigIs(context: CommandContext, config: ConfigState): void {
  tellConfigInUse(context, config);
  if (config.status === 'broken')
    complainOfConfig(context, config, ': nothing is forwarded until you fix it');
  if (config.status === 'untrusted') complainOfTrust(context, config, ': nothing in it is running');
  if (config.status === 'partial') complainOfConfig(context, config);
  if (config.status === 'welcome')
    context.tell(
      `no config yet: it belongs in ${config.path ?? ''}`,
      'localport config init writes one to start from',
    );
}
