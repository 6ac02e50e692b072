/** What a click or a key can ask of the app. Each resolves to whether it worked; main writes the reason to its log. */
import { createContext, use } from 'react';
import type { CauseAction } from '../shared/cause-action.ts';
import type { IpcRequest, PopoverBridge } from '../shared/ipc-contract.ts';
import { assertNever } from '../shared/result.ts';
import type { Desired } from '../shared/service-snapshot.ts';

type Outcome = Promise<boolean>;
type SystemSettingsPage = IpcRequest<'system-settings:open'>['page'];

/** Services that are switched together: by their tag where it names exactly them. */
export interface ServiceGroup {
  readonly tag: string | null;
  readonly names: readonly string[];
}

export type ConfigPlace = IpcRequest<'config:open'>;

/** The present → a moment, both in epoch ms. */
type Moment = (now: number) => number;

export interface Commands {
  readonly setDesired: (name: string, desired: Desired) => Outcome;
  readonly turnOffUntil: (name: string, until: Moment) => Outcome;
  /** What is on now. */
  readonly pauseAll: (until: Moment) => Outcome;
  readonly setGroupDesired: (group: ServiceGroup, desired: Desired) => Outcome;
  readonly setAllDesired: (desired: Desired) => Outcome;
  readonly copy: (text: string) => Outcome;
  /** Does what helps against the cause that these services have. */
  readonly remedy: (action: CauseAction, names: readonly string[]) => Outcome;
  readonly copyDiagnostics: () => Outcome;
  readonly openSystemSettings: (page: SystemSettingsPage) => Outcome;
  /** At the entry of a service, or at a line. */
  readonly openConfig: (place?: ConfigPlace) => Outcome;
  readonly restart: (name: string) => Outcome;
  /** Moves it to kubectl's current context. */
  readonly useContext: (name: string) => Outcome;
  /** Opens what it forwards in the browser or a database app. */
  readonly openService: (name: string) => Outcome;
  /** null: LocalPort's own. */
  readonly openLog: (name: string | null) => Outcome;
  readonly openLicenses: () => Outcome;
  readonly reloadConfig: () => Outcome;
  /** Trusts the text that was shown. */
  readonly trustConfig: (digest: string) => Outcome;
  /** null: none. `remember`: in the keychain, once it has worked. */
  readonly answerPrompt: (id: string, answer: string | null, remember?: boolean) => Outcome;
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
        // Its page takes its place; without one, the command is still of use.
        case 'sign-in':
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
