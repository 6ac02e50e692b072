/** Starts a host of its own process, detached, and waits until it answers at the control socket. */
import { existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { sleep } from '../core/clock.ts';
import { prepareAppPaths } from '../core/config/app-paths.ts';
import type { ControlClient } from '../core/control/control-client.ts';
import { daemonCommand } from '../core/install/app-runtime.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure } from './command-failure.ts';
import { chooseConfigFile, requireTrustIn } from './config-choice.ts';
import { answerOf, findHost } from './host-connection.ts';
import { complainOfConfig, complainOfTrust, tellConfigInUse } from './output/config-complaint.ts';
import { menuBarProgram } from './menu-bar-program.ts';

const startTimeoutMs = { headless: 15_000, 'menu-bar': 120_000 } as const;
const pollMs = 20;
const maxShownCharacters = 2_000;

export interface Launch {
  readonly kind?: 'headless' | 'menu-bar';
  /** Absolute; by default what `--config` says. */
  readonly config?: string | undefined;
  /** The config was found in a folder: only texts of it run that the user has trusted. */
  readonly needsTrust?: boolean;
  /** Services stay off until they are turned on. */
  readonly allOff?: boolean;
}

/** The program and arguments of the headless host. */
export function daemonProgram(context: CommandContext, launch: Launch = {}): readonly [string, ...string[]] {
  const { programFolder, runtime, options } = context;
  const script = path.join(programFolder, 'daemon.cjs');
  if (!existsSync(script))
    throw new CommandFailure(`the daemon is not where it belongs: ${script} is missing`);
  const logLevel = options.logLevel ?? (options.debug === true ? 'debug' : undefined);
  return daemonCommand(runtime, script, [
    ...configArguments(context, launch),
    ...(logLevel === undefined ? [] : ['--log-level', logLevel]),
    ...(launch.allOff === true ? ['--all-off'] : []),
  ]);
}

/** How a host learns which config it is to use; none: it searches by itself. */
function configArguments({ options, workingDirectory }: CommandContext, launch: Launch): readonly string[] {
  const { config = options.config, needsTrust = false } = launch;
  if (config === undefined) return [];
  return [needsTrust ? '--folder-config' : '--config', path.resolve(workingDirectory, config)];
}

/** To be called when none runs. Resolves to a connection. */
export async function launchDaemon(context: CommandContext, launch: Launch = {}): Promise<ControlClient> {
  const { clock, paths, uid, env, workingDirectory, signal } = context;
  const found = launch.config === undefined ? chooseConfigFile(context) : null;
  // A mistyped name would start a daemon that waits for a file which never comes.
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
  // Where no log can be written, the daemon runs all the same, and its complaints at the start are lost.
  const output = await open(outputFile, 'w', 0o600).catch(() => null);
  // Any descriptor will do, but execa's types end at 9.
  const complaints = output === null ? 'ignore' : (output.fd as 9);
  const end: { how: string | null } = { how: null };
  try {
    const { execa } = await import('execa');
    const child = execa(file, args, {
      detached: true,
      stdio: ['ignore', complaints, complaints],
      env,
      extendEnv: false,
      cwd: workingDirectory,
      cleanup: false,
      reject: false,
    });
    child.unref();
    void child.then(({ exitCode, originalMessage, signal: endSignal }) => {
      end.how = endSignal ?? (exitCode === undefined ? (originalMessage ?? '') : `exit code ${exitCode}`);
    });
  } finally {
    await output?.close();
  }
  const timeoutMs = startTimeoutMs[launch.kind ?? 'headless'];
  const deadline = clock.now() + timeoutMs;
  // A launcher such as `open` ends at once and well: only a bad end is one.
  while (clock.now() < deadline && (end.how === null || end.how === 'exit code 0') && !signal.aborted) {
    // One that starts a hundred tunnels on a busy machine may well listen for seconds before it answers.
    const client = await findHost(context, ['not-running', 'timed-out']);
    if (client !== null) {
      // It answers before it has read its config: this answer comes after.
      const config = answerOf(await client.request('reload', {}));
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
      return client;
    }
    await sleep(clock, pollMs, signal);
  }
  const said = (await readFile(outputFile, 'utf8').catch(() => '')).trim().slice(-maxShownCharacters);
  const how = end.how === null ? `did not answer within ${timeoutMs / 1_000} s` : `ended with ${end.how}`;
  throw new CommandFailure(`the daemon ${how}`, {
    hint: said === '' ? `Its log: ${paths.logDirectory}; it says why with --foreground` : said,
  });
}
