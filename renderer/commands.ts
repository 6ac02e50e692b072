/** The commands behind clicks and keys. Each resolves to whether it succeeded; main logs the reason for a failure. */
import { createContext, use } from 'react';
import type { CauseAction } from '../shared/cause-action.ts';
import type { IpcRequest, PopoverBridge } from '../shared/ipc-contract.ts';
import { assertNever } from '../shared/result.ts';
import type { Desired } from '../shared/service-snapshot.ts';

type Outcome = Promise<boolean>;
type SystemSettingsPage = IpcRequest<'system-settings:open'>['page'];

/** Services that are switched together: by their tag if it names exactly these. */
export interface ServiceGroup {
  readonly tag: string | null;
  readonly names: readonly string[];
}

export type ConfigPlace = IpcRequest<'config:open'>;

/** Maps the current time to another time, both in epoch ms. */
type Moment = (now: number) => number;

export interface Commands {
  readonly setDesired: (name: string, desired: Desired) => Outcome;
  readonly turnOffUntil: (name: string, until: Moment) => Outcome;
  /** Pauses all services that are on. */
  readonly pauseAll: (until: Moment) => Outcome;
  readonly setGroupDesired: (group: ServiceGroup, desired: Desired) => Outcome;
  readonly setAllDesired: (desired: Desired) => Outcome;
  readonly copy: (text: string) => Outcome;
  /** Performs the remedy for these services' cause. */
  readonly remedy: (action: CauseAction, names: readonly string[]) => Outcome;
  readonly copyDiagnostics: () => Outcome;
  readonly openSystemSettings: (page: SystemSettingsPage) => Outcome;
  /** Opens the config at a service's entry or at a line. */
  readonly openConfig: (place?: ConfigPlace) => Outcome;
  readonly restart: (name: string) => Outcome;
  /** Moves the service to kubectl's current context. */
  readonly useContext: (name: string) => Outcome;
  /** Opens the service in the browser or a database app. */
  readonly openService: (name: string) => Outcome;
  /** null: LocalPort's own log. */
  readonly openLog: (name: string | null) => Outcome;
  readonly openLicenses: () => Outcome;
  readonly reloadConfig: () => Outcome;
  /** Trusts the config text that was shown. */
  readonly trustConfig: (digest: string) => Outcome;
  /** `answer` null: declined. `remember`: stores the answer in the keychain once it has worked. */
  readonly answerPrompt: (id: string, answer: string | null, remember?: boolean) => Outcome;
  /** Answers the question that a link raised. */
  readonly answerLink: (id: string, yes: boolean) => Outcome;
  readonly setSize: (size: IpcRequest<'popover:set-size'>) => Outcome;
  readonly hide: () => Outcome;
  readonly quit: () => Outcome;
}

const succeeded = (...requests: readonly Promise<void>[]): Outcome =>
  Promise.all(requests).then(
    () => true,
    () => false,
  );

export function createCommands(bridge: PopoverBridge): Commands {
  const setDesired = (name: string, desired: Desired): Promise<void> =>
    bridge.invoke('service:set-desired', { name, desired });
  const openConfig = (place: ConfigPlace = {}): Outcome => succeeded(bridge.invoke('config:open', place));
  const openLog = (name: string | null): Outcome => succeeded(bridge.invoke('service:open-log', { name }));
  const copy = (text: string): Outcome => succeeded(bridge.invoke('clipboard:copy', { text }));
  return {
    setDesired: (name, desired) => succeeded(setDesired(name, desired)),
    turnOffUntil: (name, until) =>
      succeeded(bridge.invoke('service:set-desired', { name, desired: 'off', until: until(Date.now()) })),
    pauseAll: (until) =>
      succeeded(
        bridge.invoke('services:set-desired', { tag: null, desired: 'off', until: until(Date.now()) }),
      ),
    setGroupDesired: ({ tag, names }, desired) =>
      tag === null
        ? succeeded(...names.map((name) => setDesired(name, desired)))
        : succeeded(bridge.invoke('services:set-desired', { tag, desired })),
    setAllDesired: (desired) => succeeded(bridge.invoke('services:set-desired', { tag: null, desired })),
    copy,
    remedy: (action, names) => {
      switch (action.kind) {
        // Its page handles this; without a page, the command is still useful.
        case 'sign-in':
        case 'show-output':
        case 'trust-host-key':
        case 'add-key':
        case 'copy-command':
          return copy(action.command);
        case 'choose-context':
          return openConfig(names[0] === undefined ? {} : { service: names[0] });
        case 'log-in':
          return succeeded(bridge.invoke('services:log-in', { names }));
        case 'open-install-page':
          return succeeded(bridge.invoke('install-page:open', { program: action.program }));
        case 'open-config':
          return openConfig(names[0] === undefined ? {} : { service: names[0] });
        case 'open-log':
          return succeeded(...names.map((name) => bridge.invoke('service:open-log', { name })));
        case 'use-free-port':
          return succeeded(...names.map((name) => bridge.invoke('service:use-free-port', { name })));
        case 'retry':
          return succeeded(bridge.invoke('services:retry', { names }));
        default:
          return assertNever(action, 'remedy');
      }
    },
    copyDiagnostics: () => succeeded(bridge.invoke('diagnostics:copy', undefined)),
    openSystemSettings: (page) => succeeded(bridge.invoke('system-settings:open', { page })),
    openConfig,
    trustConfig: (digest) => succeeded(bridge.invoke('config:trust', { digest })),
    reloadConfig: () => succeeded(bridge.invoke('config:reload', undefined)),
    answerPrompt: (id, answer, remember = false) =>
      succeeded(bridge.invoke('prompt:answer', { id, answer, remember })),
    answerLink: (id, yes) => succeeded(bridge.invoke('link:answer', { id, yes })),
    restart: (name) => succeeded(bridge.invoke('service:restart', { name })),
    useContext: (name) => succeeded(bridge.invoke('service:use-context', { name })),
    openService: (name) => succeeded(bridge.invoke('service:open', { name })),
    openLog,
    openLicenses: () => succeeded(bridge.invoke('licenses:open', undefined)),
    setSize: (size) => succeeded(bridge.invoke('popover:set-size', size)),
    hide: () => succeeded(bridge.invoke('popover:hide', undefined)),
    quit: () => succeeded(bridge.invoke('app:quit', undefined)),
  };
}

export const CommandsContext = createContext<Commands | null>(null);

export function useCommands(): Commands {
  const commands = use(CommandsContext);
  if (commands === null) throw new Error('CommandsContext has no value: wrap the component in its provider');
  return commands;
}
