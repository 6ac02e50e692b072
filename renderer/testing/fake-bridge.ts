/** A bridge without a main process: answers from a scenario, records requests, and sends events on demand. */
import type {
  IpcEventChannel,
  IpcEventPayload,
  IpcInvokeChannel,
  IpcRequest,
  IpcResponse,
  PopoverBridge,
  Settings,
} from '../../shared/ipc-contract.ts';
import type { Desired, ServiceSnapshot, Snapshot } from '../../shared/service-snapshot.ts';
import { sampleNow } from './service-samples.ts';
import { fakeEditing } from './fake-editing.ts';
import {
  sampleDetails,
  sampleDiagnostics,
  sampleEnvironment,
  sampleHostKeys,
  sampleKubeImport,
  sampleKubeTargets,
  sampleLog,
  samplePlaces,
  sampleSshImport,
} from './page-samples.ts';

export interface Invocation {
  readonly channel: IpcInvokeChannel;
  readonly request: unknown;
}

export interface FakeBridge extends PopoverBridge {
  /** All requests, oldest first. */
  readonly invocations: readonly Invocation[];
  push<C extends IpcEventChannel>(channel: C, payload: IpcEventPayload<C>): void;
}

interface FakeBridgeOptions {
  readonly snapshot: Snapshot;
  readonly settings: Settings;
  readonly platform: string;
  /** This scenario's responses, in place of the default ones. */
  readonly answers?: Partial<Handlers>;
}

export type Handlers = {
  readonly [C in IpcInvokeChannel]: (request: IpcRequest<C>) => IpcResponse<C> | Promise<IpcResponse<C>>;
};

export function createFakeBridge({ platform, answers = {}, ...initial }: FakeBridgeOptions): FakeBridge {
  let { snapshot, settings } = initial;
  const invocations: Invocation[] = [];
  const listeners = new Map<IpcEventChannel, Set<(payload: never) => void>>();

  const push: FakeBridge['push'] = (channel, payload) => {
    listeners.get(channel)?.forEach((listener) => listener(payload as never));
  };
  const switchServices = (isMeant: (service: ServiceSnapshot) => boolean, desired: Desired): void => {
    const services = snapshot.services.map((service) =>
      isMeant(service) ? switched(service, desired) : service,
    );
    snapshot = { ...snapshot, services };
    push('snapshot:changed', snapshot);
  };
  const nothing = (): void => undefined;
  const handlers: Handlers = {
    ...fakeEditing,
    'snapshot:get': () => snapshot,
    'service:set-desired': ({ name, desired }) => switchServices((service) => service.name === name, desired),
    'services:set-desired': ({ tag, desired }) =>
      switchServices(({ tags }) => tag === null || tags.includes(tag), desired),
    'services:retry': nothing,
    'service:use-free-port': nothing,
    'service:restart': nothing,
    'service:use-context': nothing,
    'host-key:look': () => sampleHostKeys,
    'host-key:trust': nothing,
    'service:open': nothing,
    'sign-in:run': nothing,
    'sign-in:cancel': nothing,
    'services:log-in': nothing,
    'key:add': nothing,
    'key:cancel': nothing,
    'service:contexts': () => samplePlaces.contexts,
    'install-page:open': nothing,
    'service:details': () => sampleDetails,
    'service:open-log': nothing,
    'log:follow': () => sampleLog,
    'log:unfollow': nothing,
    'targets:places': () => samplePlaces,
    'targets:kube': () => sampleKubeTargets,
    'import:list': ({ source }) => (source === 'kube' ? sampleKubeImport : sampleSshImport),
    'doctor:run': () => sampleDiagnostics,
    'view:get': () => ({ folded: [] }),
    'view:set': nothing,
    'licenses:open': nothing,
    'config:open': nothing,
    'config:reload': nothing,
    'config:trust': () => {
      const { review: _, ...config } = snapshot.config;
      snapshot = { ...snapshot, config: { ...config, status: 'loaded' } };
      push('snapshot:changed', snapshot);
    },
    'prompt:answer': ({ id }) => {
      snapshot = { ...snapshot, prompts: snapshot.prompts.filter((prompt) => prompt.id !== id) };
      push('snapshot:changed', snapshot);
    },
    'link:get': () => null,
    'link:answer': () => push('link:changed', null),
    'settings:get': () => settings,
    'settings:set': ({
      openAtLogin,
      notifications,
      recoveryNotices,
      shortcut,
      newHold,
      newOnDemand,
      updates: automatic,
    }) => {
      const { updates } = settings;
      settings = {
        ...settings,
        openAtLogin: openAtLogin ?? settings.openAtLogin,
        notifications: notifications ?? settings.notifications,
        recoveryNotices: recoveryNotices ?? settings.recoveryNotices,
        ...(shortcut === undefined ? {} : { shortcut }),
        newHold: newHold ?? settings.newHold,
        newOnDemand: newOnDemand ?? settings.newOnDemand,
        ...(updates === undefined
          ? {}
          : { updates: { ...updates, automatic: automatic ?? updates.automatic } }),
      };
      return settings;
    },
    'environment:get': () => sampleEnvironment,
    'environment:refresh': () => ({ ...sampleEnvironment, capturedAt: sampleNow }),
    'command:install': () => 'The localport command is installed: /usr/local/bin/localport',
    'updates:choose': nothing,
    'diagnostics:copy': nothing,
    'system-settings:open': nothing,
    'app:move-to-applications': nothing,
    'clipboard:copy': nothing,
    'popover:set-size': nothing,
    'popover:hide': nothing,
    'app:quit': nothing,
    ...answers,
  };
  return {
    platform,
    invocations,
    push,
    invoke: async (channel, request) => {
      invocations.push({ channel, request });
      return handlers[channel](request);
    },
    on: (channel, listener) => {
      const all = listeners.get(channel) ?? new Set();
      listeners.set(channel, all.add(listener));
      return () => all.delete(listener);
    },
  };
}

/** A service right after it is switched: connecting, or off. */
const switched = (service: ServiceSnapshot, desired: Desired): ServiceSnapshot => ({
  ...service,
  desired,
  phase: desired === 'on' ? 'connecting' : 'off',
  health: 'unknown',
  cause: null,
  checkMs: null,
});
