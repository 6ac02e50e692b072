/**
 * Every IPC channel, defined once. Main, preload and the test fake are all derived from this table, and both ends validate
 * with these schemas. `invoke`: the popover asks, main answers. `event`: main notifies the popover.
 */
import * as z from 'zod';
import { linkCardSchema } from './app-link.ts';
import { answerSchema } from './prompt.ts';
import { serviceEditing } from './service-edit.ts';
import { diagnosticSectionSchema } from './control-contract.ts';
import { environmentStateSchema } from './environment-state.ts';
import { hostKeyOfferSchema } from './host-keys.ts';
import { importListSchema, importSourceSchema, kubeTargetsSchema, placesSchema } from './import-contract.ts';
import { serviceDetailsSchema } from './service-details.ts';
import { desiredSchema, snapshotSchema } from './service-snapshot.ts';

const nothing = z.void();
const name = z.string().min(1).max(200);

/** How long clients of a new forward are held, as `hold` in the config; empty: the default of 10 s. */
export const newHoldSchema = z.enum(['', '30s', '2m']);
export type NewHold = z.infer<typeof newHoldSchema>;

export const settingsSchema = z
  .object({
    openAtLogin: z.boolean(),
    /**
     * `requires-approval`: macOS wants the user to allow it in System Settings. `misplaced`: the app is not in the Applications
     * folder, and macOS may run it from a place that is gone at the next login.
     */
    loginItemStatus: z.enum(['enabled', 'disabled', 'requires-approval', 'misplaced', 'unavailable']),
    notifications: z.boolean(),
    /** Whether to also notify when a forward is up again. */
    recoveryNotices: z.boolean(),
    /** The global shortcut that opens the popover, in Electron's format: `Command+Shift+L`; null: none. */
    shortcut: z.string().max(100).nullable(),
    newHold: newHoldSchema,
    newOnDemand: z.boolean(),
    /** Another program is using the shortcut. */
    shortcutRefused: z.boolean(),
    /** The system did not show the last notification. */
    notificationsRefused: z.boolean(),
    /** Whether this copy of LocalPort includes the `localport` command. One that runs from a checkout does not. */
    bringsCommand: z.boolean(),
    /** The label of the update item, and whether it is enabled. Absent: this copy of LocalPort does not update itself. */
    updates: z
      .object({ automatic: z.boolean(), label: z.string(), enabled: z.boolean() })
      .readonly()
      .optional(),
  })
  .readonly();
export type Settings = z.infer<typeof settingsSchema>;

/** The titles of collapsed groups. */
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
  /** Retries now, whatever the services wait for. One request, so that a connection they share is checked only once. */
  'services:retry': {
    request: z.object({ names: z.array(name).min(1).max(1_000).readonly() }),
    response: nothing,
  },
  // Adding, changing and removing services: see service-edit.ts.
  'service:read': serviceEditing.read,
  'service:propose': serviceEditing.propose,
  'service:validate': serviceEditing.validate,
  /** Takes up to the start timeout, 30 s by default. */
  'service:test': serviceEditing.test,
  'service:save': serviceEditing.save,
  'services:add': serviceEditing.addAll,
  'service:remove': serviceEditing.remove,
  'edit:undo': serviceEditing.undo,
  'port:holder': serviceEditing.portHolder,
  /** Uses a free local port for this run. */
  'service:use-free-port': { request: z.object({ name }), response: nothing },
  /** Starts a new tunnel, whatever the service waits for. */
  'service:restart': { request: z.object({ name }), response: nothing },
  /** Moves the service from the context that it started with to kubectl's current one. */
  'service:use-context': { request: z.object({ name }), response: nothing },
  /** Opens its URL in the browser, or in the database app for its scheme. */
  'service:open': { request: z.object({ name }), response: nothing },
  /** Runs the sign-in or the query that its cause names. Fails with a sentence. */
  'remedy:run': { request: z.object({ name }), response: nothing },
  'remedy:cancel': { request: nothing, response: nothing },
  /** Logs in again; the server's question becomes a prompt in the snapshot. */
  'services:log-in': {
    request: z.object({ names: z.array(name).min(1).max(1_000).readonly() }),
    response: nothing,
  },
  /** Adds the key that its cause names to the user's agent; the passphrase is prompted for. Fails with a sentence. */
  'key:add': { request: z.object({ name }), response: nothing },
  'key:cancel': { request: nothing, response: nothing },
  /** The contexts that it could use. Fails with a sentence. */
  'service:contexts': { request: z.object({ name }), response: z.array(z.string()).readonly() },
  /** Opens the program's installation page. */
  'install-page:open': { request: z.object({ program: name }), response: nothing },
  /** The host keys that its server presents now. Takes up to 20 s; fails with a sentence. */
  'host-key:look': { request: z.object({ name }), response: hostKeyOfferSchema },
  /** Trusts exactly the keys that were shown under this digest. Fails with a sentence. */
  'host-key:trust': { request: z.object({ name, digest: z.string().min(1).max(64) }), response: nothing },
  'service:details': { request: z.object({ name }), response: serviceDetailsSchema },
  /** Opens its log in the user's default program for logs; null: LocalPort's own log. */
  'service:open-log': { request: z.object({ name: name.nullable() }), response: nothing },
  /** The last lines, oldest first; later ones come as `log:lines`. Stops following any other log. null: LocalPort's own log. */
  'log:follow': { request: z.object({ name: name.nullable() }), response: z.array(z.string()).readonly() },
  'log:unfollow': { request: nothing, response: nothing },
  /** Opens the config in an editor, if supported at the service's entry or at the line. */
  'config:open': {
    request: z.object({ service: name.optional(), line: z.number().int().min(1).optional() }),
    response: nothing,
  },
  /** The names in the kubeconfig and ssh_config, and the current context. Fast: only reads files. */
  'targets:places': { request: nothing, response: placesSchema },
  /** The targets in a context; namespace null: the context's own. Queries the cluster. */
  'targets:kube': {
    request: z.object({ context: name, namespace: name.nullable() }),
    response: kubeTargetsSchema,
  },
  /** What could be imported. Queries each cluster, or ssh for each host. */
  'import:list': { request: z.object({ source: importSourceSchema }), response: importListSchema },
  'config:reload': { request: nothing, response: nothing },
  /** Trusts the config text with this digest: the one under review in the snapshot. */
  'config:trust': { request: z.object({ digest: z.string().min(1).max(64) }), response: nothing },
  /** The user's answer to a prompt in the snapshot; null: declined. `remember`: stores it in the keychain once it has worked. */
  'prompt:answer': {
    request: z.object({
      id: z.string().min(1).max(64),
      answer: answerSchema.nullable(),
      remember: z.boolean(),
    }),
    response: nothing,
  },
  /** The question raised by a link from another app; null: none. */
  'link:get': { request: nothing, response: linkCardSchema.nullable() },
  /** The user's answer to the link card with this id. */
  'link:answer': {
    request: z.object({ id: z.string().min(1).max(20), yes: z.boolean() }),
    response: nothing,
  },
  'settings:get': { request: nothing, response: settingsSchema },
  'settings:set': {
    request: z.object({
      openAtLogin: z.boolean().optional(),
      notifications: z.boolean().optional(),
      recoveryNotices: z.boolean().optional(),
      shortcut: z.string().max(100).nullable().optional(),
      newHold: newHoldSchema.optional(),
      newOnDemand: z.boolean().optional(),
      updates: z.boolean().optional(),
    }),
    response: settingsSchema,
  },
  'environment:get': { request: nothing, response: environmentStateSchema },
  /** Reads the login shell's environment again. Takes up to 20 s; fails with a sentence. */
  'environment:refresh': { request: nothing, response: environmentStateSchema },
  /** Installs the `localport` command on the PATH, and says where. Fails with a sentence. */
  'command:install': { request: nothing, response: z.string() },
  /** The update item was chosen: checks for an update, or asks whether to restart. */
  'updates:choose': { request: nothing, response: nothing },
  /** Copies the text of a bug report. Takes a few seconds at most. */
  'diagnostics:copy': { request: nothing, response: nothing },
  /** What LocalPort knows about itself and this machine, with secrets hidden. Takes a few seconds at most. */
  'doctor:run': { request: nothing, response: z.array(diagnosticSectionSchema).readonly() },
  /** What the popover remembers apart from the settings. */
  'view:get': { request: nothing, response: viewSchema },
  'view:set': { request: viewSchema, response: nothing },
  /** The licenses of third-party software in LocalPort. */
  'licenses:open': { request: nothing, response: nothing },
  /** Opens a page of macOS's System Settings. */
  'system-settings:open': {
    request: z.object({ page: z.enum(['login-items', 'notifications']) }),
    response: nothing,
  },
  /** Moves the app to the Applications folder and starts it from there. Fails when the user does not allow it. */
  'app:move-to-applications': { request: nothing, response: nothing },
  'clipboard:copy': { request: z.object({ text: z.string().max(4096) }), response: nothing },
  /** The size that the popover's content needs, in CSS pixels. */
  'popover:set-size': {
    request: z.object({ width: z.number().min(100).max(1000), height: z.number().min(1).max(4000) }),
    response: nothing,
  },
  'popover:hide': { request: nothing, response: nothing },
  'app:quit': { request: nothing, response: nothing },
} as const;

export const ipcEvents = {
  'snapshot:changed': snapshotSchema,
  /** A link raised a question, or its question was withdrawn. */
  'link:changed': linkCardSchema.nullable(),
  /** Output of the running command. */
  'remedy:lines': z.array(z.string()).readonly(),
  /** New lines of the followed log. */
  'log:lines': z.object({ name: name.nullable(), lines: z.array(z.string()).readonly() }).readonly(),
  /** The popover was shown again: reset filter and focus. */
  'popover:shown': nothing,
  /** A notification was clicked. `names`: the services that it is about. `action`: the button that was clicked; null: none. */
  'popover:reveal': z.object({ names: z.array(name).readonly(), action: z.string().nullable() }).readonly(),
} as const;

export type IpcInvokes = typeof ipcInvokes;
export type IpcInvokeChannel = keyof IpcInvokes;
export type IpcRequest<C extends IpcInvokeChannel> = z.infer<IpcInvokes[C]['request']>;
export type IpcResponse<C extends IpcInvokeChannel> = z.infer<IpcInvokes[C]['response']>;

export type IpcEvents = typeof ipcEvents;
export type IpcEventChannel = keyof IpcEvents;
export type IpcEventPayload<C extends IpcEventChannel> = z.infer<IpcEvents[C]>;

/** The page's interface to main. Both functions reject payloads that violate the contract. */
export interface PopoverBridge {
  invoke<C extends IpcInvokeChannel>(channel: C, request: IpcRequest<C>): Promise<IpcResponse<C>>;
  /** Returns a function to unsubscribe. */
  on<C extends IpcEventChannel>(channel: C, listener: (payload: IpcEventPayload<C>) => void): () => void;
  /** On `darwin` there is vibrancy behind the page; other platforms get an opaque background. */
  readonly platform: string;
}

/**
 * What preload exposes as `window.localport`. Events arrive as JSON, an empty string for no payload: Electron copies objects
 * between the two worlds key by key, which takes 5 ms for a snapshot of 200 services, but strings at almost no cost.
 */
export interface ExposedBridge extends Omit<PopoverBridge, 'on'> {
  onJson(channel: IpcEventChannel, listener: (json: string) => void): () => void;
}

/** Prefix of every channel name, so that no unrelated listener matches. */
export const ipcPrefix = 'localport:';
