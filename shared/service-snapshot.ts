/**
 * The immutable picture of everything, sent to the popover, the tray and the CLI alike. Four separate facts describe a
 * service: what the user wants (desired), what is going on (phase), what the checks say (health), why not (cause).
 * Times are wall-clock epoch milliseconds; durations carry their unit in the name.
 */
import * as z from 'zod';
import { causeCodes, type Cause } from './failure.ts';
import { outagesSchema } from './outages.ts';
import { promptSchema } from './prompt.ts';

export const desiredSchema = z.enum(['on', 'off']);
export type Desired = z.infer<typeof desiredSchema>;

export const phaseSchema = z.enum(['off', 'waiting', 'connecting', 'up', 'retrying', 'failed', 'stopping']);
export type Phase = z.infer<typeof phaseSchema>;

/** `ready`: the tunnel is proven, and nobody has tried the target. */
export const healthSchema = z.enum(['unknown', 'ready', 'healthy', 'unhealthy']);
export type Health = z.infer<typeof healthSchema>;

/** A fixed list: nothing else is ever handed to the system to be opened. */
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
    /** As the config has it: `isGuarded` also knows the tag that guards. */
    guard: z.literal('confirm').optional(),
    /** As the config has it: how long it stays on once the user has turned it on. */
    autoOffMs: z.number().optional(),
    /** The remote end in the user's words. */
    route: z.string(),
    /** What opens it, in a URL of the local port; absent: not known, or nothing that is opened by a URL. */
    scheme: schemeSchema.optional(),
    /** What is unusual about how it gets there, as a sentence without its end; absent: nothing. */
    note: z.string().optional(),
    /** kubectl's current context, where the service names none and stays with another one, that it came up with. */
    otherContext: z.string().optional(),
    /** The one in force. */
    localPort: z.number().int(),
    /** What the config says while another port is used for this run (`start --port`); null: the two are the same. */
    configuredPort: z.number().int().nullable(),
    /** Where it listens when it is open: an address; null: 127.0.0.1 and ::1. */
    bind: z.string().nullable().default(null),
    /** The path of its Unix socket, beside the port or, where `localPort` is 0, instead of it. */
    localSocket: z.string().optional(),
    /** Of a reverse forward, which has no local port: where its server listens, `deploy@bastion:8080`. `route` begins with it. */
    remoteAddress: z.string().optional(),
    /** Where it is open right now: `127.0.0.1:5432`, `[::1]:5432`, the path of its Unix socket. */
    addresses: z.array(z.string()).readonly(),
    desired: desiredSchema,
    /** Off until then: it is turned on again; absent: until somebody does that. */
    offUntil: z.number().optional(),
    /** On until then: it goes off by `auto_off`. */
    offAt: z.number().optional(),
    phase: phaseSchema,
    health: healthSchema,
    cause: causeSchema.nullable(),
    /** Process id of the current tunnel, when it is a process. */
    pid: z.number().int().nullable(),
    /** When the present phase began. */
    since: z.number(),
    /**
     * When LocalPort tries next without a trigger. In phase waiting it may be when the host or cluster that holds the
     * service back is asked next, in the past while it is being asked. null: something else has to happen first.
     */
    nextRetryAt: z.number().nullable(),
    /** Failures in a row that lasting health has not forgiven yet. */
    attempt: z.number().int(),
    /** More tries failed than `max_attempts`: they go on, at least once a minute. */
    exhausted: z.boolean(),
    /** Tunnels started after the first one, since the app started. */
    restarts: z.number().int(),
    /** Of the past; one that is under way is told by phase and health. */
    outages: outagesSchema,
    /** Open client connections. */
    connections: z.number().int(),
    /** Clients waiting for a tunnel. */
    held: z.number().int(),
    /** From clients to the remote end. */
    bytesOut: z.number(),
    /** From the remote end to clients. */
    bytesIn: z.number(),
    /** How long the last passed check took. */
    checkMs: z.number().nullable(),
  })
  .readonly();
export type ServiceSnapshot = z.infer<typeof serviceSnapshotSchema>;

/** One fault in the config file. `line` counts from 1; null when the file as a whole is meant. */
export const configProblemSchema = z
  .object({
    severity: z.enum(['error', 'warning']),
    /** `services[3].local_port`, or empty for the file. */
    path: z.string(),
    /** The name of the service whose entry it is; absent: it is no entry's, or the entry has no name. */
    service: z.string().optional(),
    line: z.number().int().nullable(),
    /** `70000 is above 65535`: what was found, what is allowed. */
    message: z.string(),
  })
  .readonly();
export type ConfigProblem = z.infer<typeof configProblemSchema>;

/** What a config that is not trusted would do. Long texts are cut, and say so; known secrets are hidden. */
export const configReviewSchema = z
  .object({
    /** Of the text: SHA-256 in hex. Trust is given to exactly this text. */
    digest: z.string().max(64),
    /** Another text of this file is trusted. */
    isChanged: z.boolean(),
    services: z
      .array(
        z
          .object({
            name: z.string(),
            /** `localhost:5432` */
            listensOn: z.string(),
            /** Hosts and ports: `ssh me@bastion → db:5432`. */
            leadsTo: z.string(),
            /** Command lines of programs that the config names. */
            runs: z.array(z.string()).readonly(),
          })
          .readonly(),
      )
      .readonly(),
    /** Services that are not listed. */
    more: z.number().int(),
  })
  .readonly();
export type ConfigReview = z.infer<typeof configReviewSchema>;

export const configStateSchema = z
  .object({
    /**
     * `welcome`: no file found, the embedded config runs. `partial`: entries of services are at fault, all others run.
     * `broken`: the file is refused, what ran before goes on. `untrusted`: nothing of the file runs until the user trusts
     * it, what ran before goes on.
     */
    status: z.enum(['loaded', 'partial', 'welcome', 'broken', 'untrusted']),
    /** The file; with `welcome`, where it would be. */
    path: z.string().nullable(),
    problems: z.array(configProblemSchema).readonly(),
    /** The file was found in a folder that LocalPort was started in: only texts that the user has trusted run. */
    needsTrust: z.boolean().optional(),
    /** With `untrusted`. */
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
    /** What is wrong with the host's own places while it runs all the same: plain sentences, each with the fix. */
    notices: z.array(z.string()).readonly().default([]),
  })
  .readonly();
export type HostInfo = z.infer<typeof hostInfoSchema>;

export const snapshotSchema = z
  .object({
    host: hostInfoSchema,
    config: configStateSchema,
    services: z.array(serviceSnapshotSchema).readonly(),
    /** Questions that wait for the user, oldest first. */
    prompts: z.array(promptSchema).readonly().default([]),
  })
  .readonly();
export type Snapshot = z.infer<typeof snapshotSchema>;
