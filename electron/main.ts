/** The menu-bar host: the core in Electron's main process, with the tray and the popover as its user interface. */
import { app } from 'electron';
import path from 'node:path';
import { configWorkerCode } from './config-worker-code.ts';
import { systemClock as clock } from './core/clock.ts';
import { compileInWorker, editInWorker } from './core/config/worker-compiler.ts';
import { controlSocketPath } from './core/control/control-paths.ts';
import { serveControl } from './core/host/host-control.ts';
import { handleSignals } from './core/host/host-signals.ts';
import { promptForLocalNetwork } from './core/host/local-network-prompt.ts';
import { printChanges, say, sayWhyNotStarted } from './core/host/terminal.ts';
import { logUncaughtErrors } from './core/host/uncaught-errors.ts';
import { errorWithStack } from './core/lifecycle/error-text.ts';
import { reportEnd } from './core/host/console-report.ts';
import { workingDirectory } from './core/process/working-directory.ts';
import { parseLaunchArguments } from './shell/launch-arguments.ts';
import { greetingVariable, launchGreeting } from './shell/launch-greeting.ts';
import { LinkInbox } from './shell/link-inbox.ts';
import { startMenuBarShell, type MenuBarShell } from './shell/menu-bar-shell.ts';
import { openAppHost } from './shell/open-app-host.ts';
import { prepareElectron } from './shell/prepare-electron.ts';
import { QuitControl } from './shell/quit-control.ts';
import { refusalOf } from './shell/refused-switches.ts';
import { reachFirstForward } from './shell/smoke-test.ts';
import { loadUpdater } from './shell/update-bundle.ts';
import { version } from './version.ts';

async function main(): Promise<void> {
  const launch = parseLaunchArguments(process.argv.slice(1), workingDirectory());
  const links = new LinkInbox(app, launch.link);
  const ready = await openAppHost({
    kind: 'menu-bar',
    version,
    clock,
    explicitConfig: launch.config,
    folderConfig: launch.folderConfig,
    compileConfig: compileInWorker({ code: configWorkerCode, clock }),
    editConfig: editInWorker({ code: configWorkerCode, clock }),
  });
  if (ready === null) {
    app.exit(1);
    return;
  }
  const { host, logs, paths } = ready.opened;
  const log = logs.app;
  logUncaughtErrors(process, log);
  host.scope.own('links', () => links.close());
  for (const doubt of launch.doubts) log.warn(doubt);
  if (ready.replaced !== null) log.warn(ready.replaced);
  const quitControl = new QuitControl({
    app,
    host,
    clock,
    tell: ({ problems }) => {
      say(...reportEnd(problems));
    },
  });
  const exits = {
    stop: (reason: string) => quitControl.quit(reason),
    force: (reason: string) => quitControl.force(reason),
  };
  handleSignals({ host, log, ...exits });
  const bringUp = async (): Promise<MenuBarShell> => {
    const served = await serveControl({ host, logs, clock, socketPath: controlSocketPath(paths), ...exits });
    // The command cannot connect then, but everything else works.
    if (!served.ok) log.error(served.error);
    host.onSnapshot(printChanges());
    promptForLocalNetwork(host, { clock, log, platform: process.platform });
    const [, shell] = await Promise.all([
      host.start(),
      startMenuBarShell({
        host,
        scope: host.scope,
        clock,
        log,
        platform: process.platform,
        distFolder: __dirname,
        settingsFile: path.join(paths.stateDirectory, 'settings.json'),
        links,
        restart: () => void quitControl.restart('update'),
        beforeExit: (lastStep) => quitControl.beforeExit(lastStep),
        updateEngine: () => loadUpdater(__dirname, log, clock),
        quit: (reason) => void (reason === 'user' ? quitControl.quit('quit') : quitControl.systemShutdown()),
      }),
    ]);
    return shell;
  };
  const started = bringUp();
  quitControl.startingUntil(started);
  const { updates, links: linkHandler } = await started;
  links.deliverTo((link) => linkHandler.receive(link));
  const startedBy = process.env[greetingVariable];
  if (startedBy !== undefined) say(launchGreeting(host.snapshot().services, process.platform, startedBy));
  if (launch.smokeTest) {
    if (await reachFirstForward(host, clock)) say('smoke-test ok');
    if (launch.updateTest) await updates.look();
    await quitControl.quit('smoke test');
  }
}

const refusal = app.isPackaged ? refusalOf(process.argv.slice(1)) : null;

if (refusal !== null) {
  sayWhyNotStarted(refusal);
  app.exit(1);
} else if (prepareElectron(process.platform)) {
  main().catch((error: unknown) => {
    sayWhyNotStarted(errorWithStack(error));
    app.exit(1);
  });
} else {
  say('LocalPort is already running: it opens its popover');
  app.exit(0);
}
