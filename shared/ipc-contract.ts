/**
 * Every IPC channel once. Main, preload and the test fake are all derived from this table, and both ends validate with
 * these schemas. `invoke`: the popover asks, main answers. `event`: main tells the popover.
 */
import * as z from 'zod';
import { answerSchema } from './prompt.ts';
import { serviceEditing } from './service-edit.ts';
import { diagnosticSectionSchema } from './control-contract.ts';
import { hostKeyOfferSchema } from './host-keys.ts';
import { importListSchema, importSourceSchema, kubeTargetsSchema, placesSchema } from './import-contract.ts';
import { serviceDetailsSchema } from './service-details.ts';
import { desiredSchema, snapshotSchema } from './service-snapshot.ts';

const nothing = z.void();
const name = z.string().min(1).max(200);

export const settingsSchema = z
  .object({
    openAtLogin: z.boolean(),
    /**
     * `requires-approval`: macOS wants the user to allow it in System Settings. `misplaced`: the app is not in the Applications
     * folder, and macOS may run it from a place that is gone at the next login.
     */
    loginItemStatus: z.enum(['enabled', 'disabled', 'requires-approval', 'misplaced', 'unavailable']),
    notifications: z.boolean(),
    /** Also when a forward is up again. */
    recoveryNotices: z.boolean(),
    /** Opens the popover from anywhere, as Electron writes it: `Command+Shift+L`; null: none. */
    shortcut: z.string().max(100).nullable(),
    /** Another program has it. */
    shortcutRefused: z.boolean(),
    /** The system did not show the last notification. */
    notificationsRefused: z.boolean(),
    /** Whether this copy of LocalPort brings the `localport` command. One that runs from a checkout does not. */
    bringsCommand: z.boolean(),
    /** What the entry for updates says, and whether it can be chosen. Absent: this copy of LocalPort does not update itself. */
    updates: z
      .object({ automatic: z.boolean(), label: z.string(), enabled: z.boolean() })
      .readonly()
      .optional(),
  })
  .readonly();
export type Settings = z.infer<typeof settingsSchema>;

/** Groups that are folded, by their title. */
const viewSchema = z.object({ folded: z.array(name).max(1_000).readonly() }).readonly();
export type View = z.infer<typeof viewSchema>;

export const ipcInvokes = {
  'snapshot:get': { request: nothing, response: snapshotSchema },
  /** Turns one service on or off. `until`: off until then, in epoch ms. */
  'service:set-desired': {
    request: z.object({ name, desired: desiredSchema, until: z.number().optional() }),
    response: nothing,
  },
  /** Turns every service with this tag on or off; null: all of them. */
  'services:set-desired': {
    request: z.object({ tag: name.nullable(), desired: desiredSchema, until: z.number().optional() }),
    response: nothing,
  },
  /** Tries again now, whatever they wait for. In one request, so that a route that holds them is asked once. */
  'services:retry': {
    request: z.object({ names: z.array(name).min(1).max(1_000).readonly() }),
    response: nothing,
  },
  // Adding, changing and removing services: see service-edit.ts.
  'service:read': serviceEditing.read,
  'service:propose': serviceEditing.propose,
  'service:validate': serviceEditing.validate,
  /** Takes as long as a start may take, 30 s by default. */
  'service:test': serviceEditing.test,
  'service:save': serviceEditing.save,
  'service:remove': serviceEditing.remove,
  'edit:undo': serviceEditing.undo,
  'port:holder': serviceEditing.portHolder,
  /** Uses a free local port for this run. */
  'service:use-free-port': { request: z.object({ name }), response: nothing },
  /** Gives it a new tunnel, whatever it waits for. */
  'service:restart': { request: z.object({ name }), response: nothing },
  /** Moves it from the context that it came up with to kubectl's current one. */
  'service:use-context': { request: z.object({ name }), response: nothing },
  /** Opens its URL in the browser, or in the database app of its scheme. */
  'service:open': { request: z.object({ name }), response: nothing },
  /** Runs the sign-in that its cause names. Fails with a sentence. */
  'sign-in:run': { request: z.object({ name }), response: nothing },
  'sign-in:cancel': { request: nothing, response: nothing },
  /** Logs in again; what the server asks becomes a prompt of the snapshot. */
  'services:log-in': {
    request: z.object({ names: z.array(name).min(1).max(1_000).readonly() }),
    response: nothing,
  },
  /** Adds the key that its cause names to the user's agent, whose question becomes a prompt. Fails with a sentence. */
  'key:add': { request: z.object({ name }), response: nothing },
  'key:cancel': { request: nothing, response: nothing },
  /** Contexts that it could use. Fails with a sentence. */
  'service:contexts': { request: z.object({ name }), response: z.array(z.string()).readonly() },
  /** Opens the page that tells how this program is installed. */
  'install-page:open': { request: z.object({ program: name }), response: nothing },
  /** The host keys that its server shows now. Takes up to 20 s; fails with a sentence. */
  'host-key:look': { request: z.object({ name }), response: hostKeyOfferSchema },
  /** Trusts exactly the keys that were shown under this digest. Fails with a sentence. */
  'host-key:trust': { request: z.object({ name, digest: z.string().min(1).max(64) }), response: nothing },
  'service:details': { request: z.object({ name }), response: serviceDetailsSchema },
  /** Opens its log with the program that the user has for logs; null: LocalPort's own. */
  'service:open-log': { request: z.object({ name: name.nullable() }), response: nothing },
  /** The last lines, oldest first; later ones come as `log:lines`. Follows this log only, null: LocalPort's own. */
  'log:follow': { request: z.object({ name: name.nullable() }), response: z.array(z.string()).readonly() },
  'log:unfollow': { request: nothing, response: nothing },
  /** Opens the config in an editor, where it can at the entry of the service, or at the line. */
  'config:open': {
    request: z.object({ service: name.optional(), line: z.number().int().min(1).optional() }),
    response: nothing,
  },
  /** Names in the kubeconfig and in ssh_config, and which context is the current one. Quick: only files are read. */
  'targets:places': { request: nothing, response: placesSchema },
  /** What a context offers; namespace null: the context's own. Asks the cluster. */
  'targets:kube': {
    request: z.object({ context: name, namespace: name.nullable() }),
    response: kubeTargetsSchema,
  },
  /** What could be imported. Asks each cluster, or ssh about each host. */
  'import:list': { request: z.object({ source: importSourceSchema }), response: importListSchema },
  'config:reload': { request: nothing, response: nothing },
  /** Trusts the text with this digest: the one under review in the snapshot. */
  'config:trust': { request: z.object({ digest: z.string().min(1).max(64) }), response: nothing },
  /** The user's answer to a question of the snapshot; null: none. `remember`: in the keychain, once it has worked. */
  'prompt:answer': {
    request: z.object({
      id: z.string().min(1).max(64),
      answer: answerSchema.nullable(),
      remember: z.boolean(),
    }),
    response: nothing,
  },
  'settings:get': { request: nothing, response: settingsSchema },
  'settings:set': {
    request: z.object({
      openAtLogin: z.boolean().optional(),
      notifications: z.boolean().optional(),
      recoveryNotices: z.boolean().optional(),
      shortcut: z.string().max(100).nullable().optional(),
      updates: z.boolean().optional(),
    }),
    response: settingsSchema,
  },
  /** Puts the `localport` command where shells find it, and says where. Fails with a sentence. */
  'command:install': { request: nothing, response: z.string() },
  /** The entry for updates: looks for one, or asks whether to restart. */
  'updates:choose': { request: nothing, response: nothing },
  /** Copies the text for a bug report. It takes some seconds at the most. */
  'diagnostics:copy': { request: nothing, response: nothing },
  /** What LocalPort knows of itself and this machine, secrets hidden. It takes some seconds at the most. */
  'doctor:run': { request: nothing, response: z.array(diagnosticSectionSchema).readonly() },
  /** What the popover remembers beside the settings. */
  'view:get': { request: nothing, response: viewSchema },
  'view:set': { request: viewSchema, response: nothing },
  /** The licenses of what LocalPort is made of. */
  'licenses:open': { request: nothing, response: nothing },
  /** Opens a page of macOS's System Settings. */
  'system-settings:open': {
    request: z.object({ page: z.enum(['login-items', 'notifications']) }),
    response: nothing,
  },
  /** Moves the app to the Applications folder and starts it from there. Fails when the user does not allow it. */
  'app:move-to-applications': { request: nothing, response: nothing },
  'clipboard:copy': { request: z.object({ text: z.string().max(4096) }), response: nothing },
  /** The popover's content wants this size, in CSS pixels. */
  'popover:set-size': {
    request: z.object({ width: z.number().min(100).max(1000), height: z.number().min(1).max(4000) }),
    response: nothing,
  },
  'popover:hide': { request: nothing, response: nothing },
  'app:quit': { request: nothing, response: nothing },
} as const;

export const ipcEvents = {
  'snapshot:changed': snapshotSchema,
  /** What the sign-in that runs says. */
  'sign-in:lines': z.array(z.string()).readonly(),
  /** Lines that were just written to the log that is followed. */
  'log:lines': z.object({ name: name.nullable(), lines: z.array(z.string()).readonly() }).readonly(),
  /** The popover was shown again: reset filter and focus. */
  'popover:shown': nothing,
  /** A notification was chosen. `names`: of the services that it is about. `action`: the button that was chosen in it; null: none. */
  'popover:reveal': z.object({ names: z.array(name).readonly(), action: z.string().nullable() }).readonly(),
} as const;

export type IpcInvokes = typeof ipcInvokes;
export type IpcInvokeChannel = keyof IpcInvokes;
export type IpcRequest<C extends IpcInvokeChannel> = z.infer<IpcInvokes[C]['request']>;
export type IpcResponse<C extends IpcInvokeChannel> = z.infer<IpcInvokes[C]['response']>;

export type IpcEvents = typeof ipcEvents;
export type IpcEventChannel = keyof IpcEvents;
export type IpcEventPayload<C extends IpcEventChannel> = z.infer<IpcEvents[C]>;

/** What preload puts on `window.localport`. Both functions reject payloads that the contract does not allow. */
export interface PopoverBridge {
  invoke<C extends IpcInvokeChannel>(channel: C, request: IpcRequest<C>): Promise<IpcResponse<C>>;
  /** Returns a function that unsubscribes. */
  on<C extends IpcEventChannel>(channel: C, listener: (payload: IpcEventPayload<C>) => void): () => void;
  /** `darwin` has vibrancy behind the page, others get an opaque background. */
  readonly platform: string;
}

/** Prefix of every channel on the wire, so that a stray listener elsewhere never matches. */
export const ipcPrefix = 'localport:';
