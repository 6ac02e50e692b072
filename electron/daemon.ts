/** The headless host: the core in plain Node, without a user interface. The `localport` command starts it and talks to it. */
import { configWorkerCode } from './config-worker-code.ts';
import { systemClock as clock } from './core/clock.ts';
import { compileInWorker, editInWorker } from './core/config/worker-compiler.ts';
import { controlSocketPath } from './core/control/control-paths.ts';
import { parseDaemonArguments, type DaemonArguments } from './core/host/daemon-arguments.ts';
import { serveControl } from './core/host/host-control.ts';
import { handleSignals } from './core/host/host-signals.ts';
import { openHost } from './core/host/open-host.ts';
import { printChanges, say, sayWhyNotStarted } from './core/host/terminal.ts';
import { logUncaughtErrors } from './core/host/uncaught-errors.ts';
import { reportEnd } from './core/host/console-report.ts';
import { errorWithStack } from './core/lifecycle/error-text.ts';
import { workingDirectory } from './core/process/working-directory.ts';
import type { ShutdownReport } from './core/lifecycle/shutdown-report.ts';
import { version } from './version.ts';

const exitCode = { ok: 0, error: 1, usage: 2 } as const;

async function main({
  config,
  folderConfig,
  logLevel,
  foreground,
  unlessRunning,
  allOff,
}: DaemonArguments): Promise<void> {
  const opened = await openHost({
    kind: 'headless',
    version,
    clock,
    explicitConfig: config,
    folderConfig,
    logLevel,
    allOff,
    compileConfig: compileInWorker({ code: configWorkerCode, clock }),
    editConfig: editInWorker({ code: configWorkerCode, clock }),
  });
  if (!opened.ok) {
    const { code, message } = opened.error;
    giveUp(message, unlessRunning && code === 'runs-already' ? exitCode.ok : exitCode.error);
    return;
  }
  const { host, logs, paths } = opened.value;
  logUncaughtErrors(process, logs.app);
  // A requested stop counts as success, whatever is left behind: launchd and systemd restart a daemon that fails.
  const exitAfter = async (shutdown: Promise<ShutdownReport>): Promise<never> => {
    const { problems } = await shutdown;
    if (foreground) say(...reportEnd(problems));
    return process.exit(exitCode.ok);
  };
  const exits = {
    stop: (reason: string) => exitAfter(host.shutdown(reason)),
    force: (reason: string) => exitAfter(host.forceShutdown(reason)),
  };
  handleSignals({ host, log: logs.app, ...exits });
  const served = await serveControl({ host, logs, clock, socketPath: controlSocketPath(paths), ...exits });
  if (!served.ok) {
    giveUp(served.error, exitCode.error);
    await host.forceShutdown('it could not be reached');
    return;
  }
  if (foreground) host.onSnapshot(printChanges());
  await host.start();
}

function giveUp(why: string, code: number): void {
  sayWhyNotStarted(why);
  process.exitCode = code;
}

/** In the app's runtime a process does not exit when it has nothing to do, and `process.exit()` ignores `exitCode`. */
function endIfGivenUp(): void {
  if (process.exitCode !== undefined) process.exit(process.exitCode);
}

const parsed = parseDaemonArguments(process.argv.slice(2), workingDirectory());
if (parsed.ok) {
  main(parsed.value)
    .catch((error: unknown) => {
      giveUp(errorWithStack(error), exitCode.error);
    })
    .finally(endIfGivenUp);
} else {
  giveUp(parsed.error, exitCode.usage);
  endIfGivenUp();
}
