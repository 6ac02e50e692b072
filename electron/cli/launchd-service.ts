/**
 * The daemon as an agent of launchd. `bootout` returns while the job is still exiting (`state = SIGTERMed`), which may
 * take its ExitTimeOut of 35 s. For some seconds more, launchd refuses to load a label that it has not released, with
 * EIO. launchctl(1); kxn/codex-remote-feishu#914, headroomlabs-ai/headroom#1289.
 */
import path from 'node:path';
import { sleep } from '../core/clock.ts';
import type { CommandContext } from './command-context.ts';
import { agentLabel, launchAgent, launchAgentProgram } from './service-files.ts';
import { runAll, type Argv, type ServiceManager, type ServiceTools } from './service-manager.ts';
import type { ToolRun } from './tool-run.ts';

const goneMs = 40_000;
const pollMs = 250;
const maxLoadTries = 8;
const loadTryMs = 2_000;

const launchctl = (...args: readonly string[]): Argv => ['/bin/launchctl', ...args];

export function launchdService({
  homeDirectory,
  uid,
}: Pick<CommandContext, 'homeDirectory' | 'uid'>): ServiceManager {
  const file = path.join(homeDirectory, 'Library/LaunchAgents', `${agentLabel}.plist`);
  const domain = `gui/${uid}`;
  const job = `${domain}/${agentLabel}`;
  return {
    name: 'launchd',
    file,
    textOf: launchAgent,
    programIn: launchAgentProgram,
    link: null,
    load: (tools) => load(tools, { domain, job, file }),
    unload: (tools) => unload(tools, job),
    afterRemoval: () => Promise.resolve(null),
    start: (tools) => runAll(tools, [launchctl('kickstart', job)]),
    runningPid: async ({ run }) => {
      const { exitCode, stdout } = await run(launchctl('print', job));
      const pid = /^\s*pid = (\d+)$/m.exec(stdout)?.[1];
      return exitCode === 0 && pid !== undefined ? Number(pid) : null;
    },
    advice:
      `Allow it in System Settings › General › Login Items & Extensions, under "Allow in the Background", and run ` +
      `localport daemon install again. launchctl print ${job} shows what launchd knows.`,
  };
}

/**
 * The result of `bootout` means little: the job may not be loaded, or may still be exiting. What counts is that it is
 * gone.
 */
async function unload(tools: ServiceTools, job: string): Promise<ToolRun | null> {
  const { clock, signal } = tools;
  const asked = await tools.run(launchctl('bootout', job));
  if (asked.isMissing) return asked;
  const deadline = clock.now() + goneMs;
  while (await isLoaded(tools, job)) {
    if (clock.now() >= deadline) {
      const stderr = `the agent ${job} is still loaded ${goneMs / 1_000} s after it was told to end`;
      return { exitCode: asked.exitCode, stdout: '', stderr, isMissing: false };
    }
    if (!(await sleep(clock, pollMs, signal))) return asked;
  }
  return null;
}

/** `enable`: the agent may have been turned off in System Settings. It fails if there is nothing to do. */
async function load(
  tools: ServiceTools,
  { domain, job, file }: { readonly domain: string; readonly job: string; readonly file: string },
): Promise<ToolRun | null> {
  const { clock, signal } = tools;
  await tools.run(launchctl('enable', job));
  for (let tries = 1; ; tries++) {
    const asked = await tools.run(launchctl('bootstrap', domain, file));
    // A job that is already loaded is refused with the same EIO.
    if (asked.exitCode === 0 || (!asked.isMissing && (await isLoaded(tools, job)))) {
      // After a quick unload, RunAtLoad may not fire (openbase-community/openbase#15). For a running job this returns
      // 37 and does nothing.
      await tools.run(launchctl('kickstart', job));
      return null;
    }
    if (asked.isMissing || tries === maxLoadTries || !(await sleep(clock, loadTryMs, signal))) return asked;
  }
}

const isLoaded = async ({ run }: ServiceTools, job: string): Promise<boolean> =>
  (await run(launchctl('print', job))).exitCode === 0;
