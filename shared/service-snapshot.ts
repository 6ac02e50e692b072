/**
 * An immutable snapshot of the whole state, sent to the popover, the tray and the CLI alike. Four separate facts describe a
 * service: what the user wants (desired), what is happening (phase), what the checks say (health), what went wrong (cause).
 * Times are wall-clock epoch milliseconds; durations carry their unit in the name.
 */
import * as z from 'zod';
import { causeCodes, type Cause } from './failure.ts';
import { outagesSchema } from './outages.ts';
import { promptSchema } from './prompt.ts';

export const desiredSchema = z.enum(['on', 'off']);
export type Desired = z.infer<typeof desiredSchema>;

export const phaseSchema = z.enum([
  'off',
  'idle',
  'waiting',
  'connecting',
  'up',
  'retrying',
  'failed',
  'stopping',
]);
export type Phase = z.infer<typeof phaseSchema>;

/** `ready`: the tunnel is proven, but the target has not been tried. */
export const healthSchema = z.enum(['unknown', 'ready', 'healthy', 'unhealthy']);
export type Health = z.infer<typeof healthSchema>;

/** A fixed list: the system is never asked to open anything else. */
export const schemeSchema = z.enum(['http', 'https', 'postgresql', 'mysql', 'redis']);
export type Scheme = z.infer<typeof schemeSchema>;

const triggerSchema = z.enum([
  'network',
  'wake',
  'config',
  'credentials',
  'port',
  'transport-up',
  'demand',
  'user',
]);

const remedyActionSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('copy-command'), label: z.string(), command: z.string() }),
  z.object({ kind: z.literal('show-output'), label: z.string(), command: z.string() }),
  z.object({ kind: z.literal('trust-host-key'), label: z.string(), command: z.string() }),
  z.object({ kind: z.literal('open-config'), label: z.string() }),
  z.object({ kind: z.literal('open-log'), label: z.string() }),
  z.object({ kind: z.literal('retry'), label: z.string() }),
  z.object({ kind: z.literal('use-free-port'), label: z.string() }),
  z.object({
    kind: z.literal('log-in'),
    label: z.string(),
    command: z.string(),
    replacesStored: z.boolean(),
  }),
  z.object({ kind: z.literal('add-key'), label: z.string(), command: z.string(), file: z.string() }),
  z.object({ kind: z.literal('choose-context'), label: z.string() }),
  z.object({ kind: z.literal('open-install-page'), label: z.string(), program: z.string() }),
]);

export const causeSchema = z.object({
  code: z.enum(causeCodes as unknown as [Cause['code'], ...Cause['code'][]]),
  title: z.string(),
  evidence: z.string().nullable(),
  remedy: z.string().nullable(),
  action: remedyActionSchema.nullable(),
  recovery: z.enum(['backoff', 'trigger', 'user']),
  triggers: z.array(triggerSchema).readonly(),
  recheck: z.enum(['port', 'network', 'soon', 'login', 'never']).nullable(),
  address: z.string().optional(),
}) satisfies z.ZodType<Cause>;

export const serviceSnapshotSchema = z
  .object({
    name: z.string(),
    technology: z.enum(['kubectl', 'ssh', 'tcp', 'command']),
    description: z.string().nullable(),
    tags: z.array(z.string()).readonly(),
    /** As configured. `isGuarded` also considers the tag. */
    guard: z.literal('confirm').optional(),
    /** As configured: how long it stays on after the user turns it on. */
    autoOffMs: z.number().optional(),
    /** On demand: how long it stays connected without a client. */
    unusedMs: z.number().optional(),
    /** The remote end in the user's terms. */
    route: z.string(),
    /** The scheme of a URL that opens its local port; absent: unknown, or not something that a URL opens. */
    scheme: schemeSchema.optional(),
    /** What is unusual about its connection, as a sentence without the period; absent: nothing. */
    note: z.string().optional(),
    /** kubectl's current context, if the service names none and is still using the different one that it started with. */
    otherContext: z.string().optional(),
    /** The port in effect. */
    localPort: z.number().int(),
    /** The port in the config while another one is used for this run (`start --port`); null: they are the same. */
    configuredPort: z.number().int().nullable(),
    /** The address it listens on while open; null: 127.0.0.1 and ::1. */
    bind: z.string().nullable().default(null),
    /** The path of its Unix socket, in addition to the port or, if `localPort` is 0, instead of it. */
    localSocket: z.string().optional(),
    /** For a reverse forward, which has no local port: where its server listens, `deploy@bastion:8080`. `route` starts with it. */
    remoteAddress: z.string().optional(),
    /** Where it is listening right now: `127.0.0.1:5432`, `[::1]:5432`, the path of its Unix socket. */
    addresses: z.array(z.string()).readonly(),
    desired: desiredSchema,
    /** When it is turned on again automatically; absent: never. */
    offUntil: z.number().optional(),
    /** When `auto_off` turns it off. */
    offAt: z.number().optional(),
    phase: phaseSchema,
    health: healthSchema,
    cause: causeSchema.nullable(),
    /** Process ID of the current tunnel, if it is a process. */
    pid: z.number().int().nullable(),
    /** When the current phase began. */
    since: z.number(),
    /**
     * When LocalPort retries next without a trigger. In phase `waiting` this may be the next check of the host or cluster that the
     * service is waiting for; it is in the past while that check is running. null: something else has to happen first.
     */
    nextRetryAt: z.number().nullable(),
    /** Consecutive failures; the count resets once the service has been healthy for a while. */
    attempt: z.number().int(),
    /** More than `max_attempts` tries failed. They continue, at least once a minute. */
    exhausted: z.boolean(),
    /** The number of tunnels started after the first one, since the app started. */
    restarts: z.number().int(),
    /** Past outages only; phase and health show a current one. */
    outages: outagesSchema,
    /** Open client connections. */
    connections: z.number().int(),
    /** Clients that are waiting for a tunnel. */
    held: z.number().int(),
    /** From clients to the remote end. */
    bytesOut: z.number(),
    /** From the remote end to clients. */
    bytesIn: z.number(),
    /** How long the last successful check took. */
    checkMs: z.number().nullable(),
  })
  .readonly();
export type ServiceSnapshot = z.infer<typeof serviceSnapshotSchema>;

/** One problem in the config file. `line` counts from 1; null: the file as a whole. */
export const configProblemSchema = z
  .object({
    severity: z.enum(['error', 'warning']),
    /** `services[3].local_port`; empty: the file as a whole. */
    path: z.string(),
    /** The name of the service; absent: it is not in a service's entry, or the entry has no name. */
    service: z.string().optional(),
    line: z.number().int().nullable(),
    /** `70000 is above 65535`: what was found, what is allowed. */
    message: z.string(),
    /** For a syntax error: the line or part of it, and the position of the error in it, from 1. */
    excerpt: z
      .object({ text: z.string().max(400), column: z.number().int() })
      .readonly()
      .optional(),
  })
  .readonly();
export type ConfigProblem = z.infer<typeof configProblemSchema>;

/** What an untrusted config would do. Long texts are truncated and marked as such; known secrets are hidden. */
export const configReviewSchema = z
  .object({
    /** SHA-256 of the text, in hex. Trust applies to exactly this text. */
    digest: z.string().max(64),
    /** Another version of this file is trusted. */
    isChanged: z.boolean(),
    /** Every service, those that run a program or send a secret first. */
    services: z
      .array(
        z
          .object({
            name: z.string(),
            /** `localhost:5432` */
            listensOn: z.string(),
            /** Hosts and ports: `ssh me@bastion → db:5432`. */
            leadsTo: z.string(),
            /** The command lines that the config would run. */
            runs: z.array(z.string()).readonly(),
            /** The secrets that its target gets: `the password keychain:prod`. */
            sends: z.array(z.string()).readonly().default([]),
          })
          .readonly(),
      )
      .readonly(),
  })
  .readonly();
export type ConfigReview = z.infer<typeof configReviewSchema>;

export const configStateSchema = z
  .object({
    /**
     * `welcome`: no file was found, the embedded config is running. `partial`: some services have errors, all others run.
     * `broken`: the file is rejected, the previous config keeps running. `untrusted`: nothing in the file runs until the user
     * trusts it, the previous config keeps running.
     */
    status: z.enum(['loaded', 'partial', 'welcome', 'broken', 'untrusted']),
    /** The file; for `welcome`, where it would be. */
    path: z.string().nullable(),
    problems: z.array(configProblemSchema).readonly(),
    /** The file was found in the folder that LocalPort was started in: only versions that the user has trusted run. */
    needsTrust: z.boolean().optional(),
    /** Only with `untrusted`. */
    review: configReviewSchema.optional(),
  })
  .readonly();
export type ConfigState = z.infer<typeof configStateSchema>;

export const hostInfoSchema = z
  .object({
    kind: z.enum(['menu-bar', 'headless']),
    pid: z.number().int(),
    version: z.string(),
    since: z.number(),
    logDirectory: z.string(),
    /** Problems with the host's own folders that do not stop it from running: plain sentences, each with the fix. */
    notices: z.array(z.string()).readonly().default([]),
  })
  .readonly();
export type HostInfo = z.infer<typeof hostInfoSchema>;

export const snapshotSchema = z
  .object({
    host: hostInfoSchema,
    config: configStateSchema,
    services: z.array(serviceSnapshotSchema).readonly(),
    /** Prompts that are waiting for the user, oldest first. */
    prompts: z.array(promptSchema).readonly().default([]),
  })
  .readonly();
export type Snapshot = z.infer<typeof snapshotSchema>;
