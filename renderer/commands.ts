/** What a click or a key can ask of the app. Each resolves to whether it worked; main writes the reason to its log. */
import { createContext, use } from 'react';
import type { RemedyAction } from '../shared/failure.ts';
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

export interface Commands {
  readonly setDesired: (name: string, desired: Desired) => Outcome;
  readonly setGroupDesired: (group: ServiceGroup, desired: Desired) => Outcome;
  readonly setAllDesired: (desired: Desired) => Outcome;
  readonly copy: (text: string) => Outcome;
  /** Does what helps against the cause that these services have. */
  readonly remedy: (action: RemedyAction, names: readonly string[]) => Outcome;
  readonly copyDiagnostics: () => Outcome;
  readonly openSystemSettings: (page: SystemSettingsPage) => Outcome;
  readonly openConfig: () => Outcome;
  readonly reloadConfig: () => Outcome;
  /** Trusts the text that was shown. */
  readonly trustConfig: (digest: string) => Outcome;
  /** null: none. `remember`: in the keychain, once it has worked. */
  readonly answerPrompt: (id: string, answer: string | null, remember?: boolean) => Outcome;
  readonly setHeight: (height: number) => Outcome;
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
  const openConfig = (): Outcome => succeeded(bridge.invoke('config:open', undefined));
  const copy = (text: string): Outcome => succeeded(bridge.invoke('clipboard:copy', { text }));
  return {
    setDesired: (name, desired) => succeeded(setDesired(name, desired)),
    setGroupDesired: ({ tag, names }, desired) =>
      tag === null
        ? succeeded(...names.map((name) => setDesired(name, desired)))
        : succeeded(bridge.invoke('services:set-desired', { tag, desired })),
    setAllDesired: (desired) => succeeded(bridge.invoke('services:set-desired', { tag: null, desired })),
    copy,
    remedy: (action, names) => {
      switch (action.kind) {
        case 'copy-command':
          return copy(action.command);
        case 'open-config':
          return openConfig();
        case 'open-log':
          return succeeded(...names.map((name) => bridge.invoke('service:open-log', { name })));
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
    setHeight: (height) => succeeded(bridge.invoke('popover:set-height', { height })),
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
