/** The commands of the popover and the native menu, each implemented once. */
import { app, clipboard, shell } from 'electron';
import type { IpcRequest, View } from '../../shared/ipc-contract.ts';
import { installPageOf } from '../../shared/install-pages.ts';
import { inHours, tomorrowAfter } from '../../shared/off-until.ts';
import { serviceUrl } from '../../shared/service-url.ts';
import type { LogFollower } from './log-follower.ts';
import type { EditOperation, EditRequest, EditResponse } from '../../shared/service-edit.ts';
import { assertNever, type Result } from '../../shared/result.ts';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/observability/logger.ts';
import type { AppHost } from '../core/host/app-host.ts';
import { sendEvent, type IpcHandlers } from './ipc-main.ts';
import type { LinkHandler } from './link-handler.ts';
import { installCommandHere } from './command-installation.ts';
import { openFile } from './open-config.ts';
import type { PopoverWindow } from './popover-window.ts';
import type { SettingsControl } from './settings-control.ts';
import type { UpdateControl } from './update-control.ts';
import { systemSettingsUrl } from './system-settings.ts';
import type { MenuAction } from './tray-menu.ts';

export interface ShellParts {
  readonly host: AppHost;
  readonly settings: SettingsControl;
  readonly popover: PopoverWindow;
  readonly updates: Pick<UpdateControl, 'choose'>;
  readonly logFollower: LogFollower;
  readonly links: Pick<LinkHandler, 'card' | 'answer'>;
  readonly view: { readonly current: View; change(view: View): Promise<void> };
  /** The licenses of third-party software in LocalPort. */
  readonly licensesFile: string;
  readonly log: Logger;
  readonly clock: Pick<Clock, 'wallNow'>;
  readonly openPopover: () => void;
  readonly quit: () => void;
}

export const ipcHandlers = ({
  host,
  settings,
  popover,
  updates,
  logFollower,
  links,
  view,
  licensesFile,
  quit,
}: ShellParts): IpcHandlers => ({
  'snapshot:get': () => host.snapshot(),
  'service:set-desired': ({ name, desired, until }) => host.setDesired(name, desired, until),
  'services:set-desired': ({ tag, desired, until }) => host.setDesiredForTag(tag, desired, until),
  'services:retry': ({ names }) => host.retry(names),
  'service:use-free-port': ({ name }) => useFreePort(host, name),
  'service:restart': ({ name }) => host.forceRetry([name]),
  'service:use-context': ({ name }) => host.useCurrentContext([name]),
  'service:open': ({ name }) => openService(host, name),
  'remedy:run': ({ name }) => runRemedy(host, popover, name),
  'remedy:cancel': () => host.remedies.cancel(),
  'services:log-in': ({ names }) => host.logIn(names),
  'key:add': async ({ name }) => valueOf(await host.agentKeys.add(name)),
  'key:cancel': () => host.agentKeys.cancel(),
  'service:contexts': ({ name }) => host.contextsFor(name),
  'install-page:open': ({ program }) => openInstallPage(program),
  'host-key:look': async ({ name }) => valueOf(await host.hostKeys.look(name)),
  'host-key:trust': async ({ name, digest }) => valueOf(await host.hostKeys.trust(name, digest)),
  'service:details': ({ name }) => host.serviceDetails(name),
  'service:open-log': ({ name }) => openFile(shell, host.logPath(name)),
  'log:follow': ({ name }) => logFollower.follow(name),
  'log:unfollow': () => logFollower.stop(),
  'targets:places': () => host.targets.places(),
  'targets:kube': ({ context, namespace }) => host.targets.kube(context, namespace),
  'import:list': ({ source }) => host.targets.importList(source),
  'doctor:run': () => host.diagnostics(),
  'view:get': () => view.current,
  'view:set': (changed) => view.change(changed),
  'licenses:open': () => openFile(shell, licensesFile),
  'service:read': editing(host, 'read'),
  'service:propose': editing(host, 'propose'),
  'service:validate': editing(host, 'validate'),
  'service:test': editing(host, 'test'),
  'service:save': editing(host, 'save'),
  'services:add': editing(host, 'addAll'),
  'service:remove': editing(host, 'remove'),
  'edit:undo': editing(host, 'undo'),
  'port:holder': editing(host, 'portHolder'),
  'config:open': (place) => openConfig(host, place),
  'config:reload': () => host.reload(),
  'config:trust': ({ digest }) => trustConfig(host, digest),
  'prompt:answer': ({ id, answer, remember }) => {
    host.answerPrompt(id, answer, remember);
  },
  'link:get': () => links.card,
  'link:answer': ({ id, yes }) => links.answer(id, yes),
  'settings:get': () => settings.refresh(),
  'settings:set': (change) => settings.change(change),
  'environment:get': () => host.environmentState(),
  'environment:refresh': async () => valueOf(await host.refreshEnvironment()),
  'command:install': installCommandHere,
  'updates:choose': () => updates.choose(),
  'diagnostics:copy': () => copyDiagnostics(host, settings),
  'system-settings:open': ({ page }) => shell.openExternal(systemSettingsUrl(page)),
  'app:move-to-applications': moveToApplications,
  'clipboard:copy': ({ text }) => clipboard.writeText(text),
  'popover:set-size': (size) => popover.setContentSize(size),
  'popover:hide': () => popover.hide(),
  'app:quit': quit,
});

/** A failure is returned to the popover as a sentence. */
const editing =
  <O extends EditOperation>({ editor }: AppHost, operation: O) =>
  async (request: EditRequest<O>): Promise<EditResponse<O>> => {
    return valueOf(await editor[operation](request));
  };

function valueOf<T>(answer: Result<T, string>): T {
  if (!answer.ok) throw new Error(answer.error);
  return answer.value;
}

/** Performs the action of a menu row. Failures are logged, since the menu cannot show them. */
export function performMenuAction(action: MenuAction, parts: ShellParts): void {
  menuWork(action, parts).catch((error: unknown) => {
    parts.log.error(`${action.kind} failed: ${error instanceof Error ? error.message : String(error)}.`);
  });
}

async function menuWork(
  action: MenuAction,
  { host, settings, updates, clock, openPopover, quit }: ShellParts,
): Promise<void> {
  switch (action.kind) {
    case 'set-desired':
      return host.setDesired(action.name, action.desired);
    case 'set-group':
      await Promise.all(action.names.map((name) => host.setDesired(name, action.desired)));
      return;
    case 'pause-all': {
      const until = (action.for === 'hour' ? inHours(1) : tomorrowAfter)(clock.wallNow());
      return host.setDesiredForTag(null, 'off', until);
    }
    case 'open-popover':
      openPopover();
      return;
    case 'open-config':
      return openConfig(host);
    case 'reload':
      return host.reload();
    case 'copy-diagnostics':
      return copyDiagnostics(host, settings);
    case 'open-at-login':
      await settings.change({ openAtLogin: action.open });
      return;
    case 'update':
      updates.choose();
      return;
    case 'quit':
      quit();
      return;
    default:
      assertNever(action, 'menu action');
  }
}

/** The report includes the settings in our files; these two come from the system. */
async function copyDiagnostics(host: AppHost, settings: SettingsControl): Promise<void> {
  const { loginItemStatus, notificationsRefused } = await settings.refresh();
  const lines = [
    `login item ${loginItemStatus}`,
    ...(notificationsRefused ? ['notifications refused by the system'] : []),
  ];
  await clipboard.writeText(await host.diagnosticReport(lines));
}

/** Electron asks for an administrator's password if needed, and quits this app when it starts the moved one. */
function moveToApplications(): void {
  if (!app.moveToApplicationsFolder())
    throw new Error(
      'LocalPort was not moved. Quit it, and drag it to the Applications folder in the Finder.',
    );
}

async function trustConfig(host: AppHost, digest: string): Promise<void> {
  const done = await host.trustConfig(digest);
  if (!done.ok) throw new Error(done.error);
}

/** Opens the config at a service's entry or at a line if the editor supports it; otherwise the file as a whole. */
async function openConfig(host: AppHost, place: IpcRequest<'config:open'> = {}): Promise<void> {
  const created = await host.createConfig();
  if (!created.ok) throw new Error(created.error);
  const line = place.line ?? (place.service === undefined ? undefined : await lineOf(host, place.service));
  if (line !== undefined && (await host.openConfigAt(line))) return;
  await openFile(shell, host.configPath());
}

async function lineOf(host: AppHost, name: string): Promise<number | undefined> {
  const entry = await host.editor.read({ name });
  return entry.ok ? entry.value.line : undefined;
}

/** Only URLs with a scheme from a fixed list are opened: a snapshot has no others. */
async function openService(host: AppHost, name: string): Promise<void> {
  const service = host.snapshot().services.find((one) => one.name === name);
  const url = service === undefined ? null : serviceUrl(service);
  if (url === null) throw new Error(`${name} has no URL`);
  await shell.openExternal(url);
}

/** Only pages from a fixed list are opened. */
async function openInstallPage(program: string): Promise<void> {
  const page = installPageOf(program);
  if (page === null) throw new Error(`There is no installation page for ${program}`);
  await shell.openExternal(page.url);
}

async function runRemedy(host: AppHost, popover: PopoverWindow, name: string): Promise<void> {
  const done = await host.remedies.run(name, (line) => {
    const contents = popover.visibleContents();
    if (contents !== null) sendEvent(contents, 'remedy:lines', [line]);
  });
  if (!done.ok) throw new Error(done.error);
}

async function useFreePort(host: AppHost, name: string): Promise<void> {
  const used = await host.turnOnAt(name, 'auto');
  if (!used.ok) throw new Error(used.error);
}
