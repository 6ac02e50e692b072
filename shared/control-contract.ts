/**
 * Every message between the `localport` command and the running host, defined once; both ends validate what they receive
 * with these schemas. They speak HTTP over the control socket (electron/docs/local-api.md):
 *
 *     request   the params as JSON in the body of a POST, or in the query of a GET
 *     response  200 and the result as JSON
 *     stream    200 and one event per line (application/x-ndjson). A line `{ "error": … }` is the last one
 *     failure   4xx or 5xx and `{ "error": { "code", "message" } }`
 *
 * To add a route, add an entry to one of the two tables and its handler to electron/core/host/host-control.ts.
 * Times are wall-clock epoch milliseconds.
 */
import * as z from 'zod';
import { hostKeyOfferSchema } from './host-keys.ts';
import { answerSchema, promptSchema } from './prompt.ts';
import { serviceEditing } from './service-edit.ts';
import { configStateSchema, desiredSchema, hostInfoSchema, snapshotSchema } from './service-snapshot.ts';

/** Incremented with every change that an older peer would misunderstand. Versions 1 and 2 were not HTTP. */
export const controlProtocol = 3;

/** The only `Host` header that the host accepts: no web page or proxy sends it by accident. */
export const controlHostName = 'localport';
/** In every response. The command also sends both; other clients need not. */
export const protocolHeader = 'LocalPort-Protocol';
export const versionHeader = 'LocalPort-Version';

/** The maximum size of a request's body. */
export const maxRequestBytes = 1024 * 1024;
/** The maximum size of a response, and of one line of a stream: enough for a snapshot of 1,000 services. */
export const maxReplyBytes = 8 * 1024 * 1024;

export const controlErrorSchema = z
  .object({
    code: z.enum([
      /** No host is listening on the socket. */
      'not-running',
      /** The socket or its folder is not the user's own, or the request comes from a web page. */
      'not-permitted',
      'version-mismatch',
      /** Too many streams or operations at once. */
      'too-many-requests',
      /** Not HTTP, or a violation of the contract. */
      'bad-request',
      'wrong-method',
      'wrong-content-type',
      'too-large',
      /** The client did not read its stream. */
      'too-slow',
      /** The host is shutting down. */
      'stopping',
      /** No such route, service, or log. */
      'not-found',
      /** A bug in the host; its log has details. */
      'host-failed',
      'timed-out',
      'connection-lost',
    ]),
    /** A sentence for the user: what is wrong and, if there is a fix, what to do. */
    message: z.string(),
  })
  .readonly();
export type ControlError = z.infer<typeof controlErrorSchema>;

const serviceName = z.string().min(1).max(200);

/** The services that a command applies to. */
export const controlTargetSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('names'), names: z.array(serviceName).min(1).max(1_000).readonly() }).readonly(),
  /** The services with at least one of the tags. */
  z.object({ kind: z.literal('tags'), tags: z.array(serviceName).min(1).max(1_000).readonly() }).readonly(),
  z.object({ kind: z.literal('all') }).readonly(),
]);
export type ControlTarget = z.infer<typeof controlTargetSchema>;

/** The local port of one service for this run: this port, or any free one. */
export const portChoiceSchema = z.union([z.number().int().min(1).max(65_535), z.literal('auto')]);
export type PortChoice = z.infer<typeof portChoiceSchema>;

/** The outcome of a command for several services. Both lists are empty if no service matches. */
export const controlOutcomeSchema = z
  .object({
    /** Names, in the order of the config. */
    accepted: z.array(z.string()).readonly(),
    /** `message`: `there is no service of this name`, `is off: start it`. Tags that no service has are also listed here. */
    refused: z.array(z.object({ name: z.string(), message: z.string() }).readonly()).readonly(),
  })
  .readonly();
export type ControlOutcome = z.infer<typeof controlOutcomeSchema>;

const promptId = z.string().min(1).max(64);
const nothing = z.object({}).readonly();

export const shutdownReportSchema = z
  .object({
    reason: z.string(),
    phases: z
      .array(
        z
          .object({ name: z.string(), durationMs: z.number(), late: z.array(z.string()).readonly() })
          .readonly(),
      )
      .readonly(),
    /** One sentence for each failure and each thing left behind. */
    problems: z.array(z.string()).readonly(),
    totalMs: z.number(),
  })
  .readonly();

export const logQuerySchema = z
  .object({
    /** null: the host's own log. One stream can follow several logs, since a client may open only a few streams. */
    services: z.array(serviceName.nullable()).min(1).max(1_001).readonly(),
    /** The last N matching lines of each log; null: all that are kept. */
    tailLines: z.number().int().min(0).max(1_000_000).nullable().default(null),
    since: z.number().nullable().default(null),
    until: z.number().nullable().default(null),
    /** Plain text, found anywhere in a line; not case-sensitive. */
    grep: z.string().max(500).nullable().default(null),
  })
  .readonly();
export type LogQuery = z.infer<typeof logQuerySchema>;

/** A section of a bug report. Secrets are hidden; names of services and hosts are not. */
export const diagnosticSectionSchema = z
  .object({ title: z.string(), lines: z.array(z.string()).readonly() })
  .readonly();
export type DiagnosticSection = z.infer<typeof diagnosticSectionSchema>;

export const hostAnswerSchema = z.object({ protocol: z.number().int(), host: hostInfoSchema }).readonly();

/** `METHOD PATH`. Each path has only one method. */
type Route = `${'GET' | 'POST'} /v1/${string}`;
interface ControlRoute {
  readonly route: Route;
  readonly params: z.ZodType;
}

const edit = <Route extends ControlRoute['route'], Params extends z.ZodType, Answer extends z.ZodType>(
  route: Route,
  { request, response }: { readonly request: Params; readonly response: Answer },
) => ({ route, params: request, result: response });

/** Requests with a single response. */
export const controlRequests = {
  /** Which host is running. Every future protocol must support it, so that a mismatch can be explained. */
  host: { route: 'GET /v1/host', params: nothing, result: hostAnswerSchema },
  snapshot: { route: 'GET /v1/services', params: nothing, result: snapshotSchema },
  /**
   * Turns services on or off, and remembers it. `port`: only to turn on a single named service; it uses that local port until it
   * is turned off or the host exits. `until`: only to turn off; services that are on, or already off for a time, are turned on
   * again then.
   */
  'set-desired': {
    route: 'POST /v1/services/desired',
    params: z
      .object({
        target: controlTargetSchema,
        desired: desiredSchema,
        port: portChoiceSchema.optional(),
        until: z.number().optional(),
      })
      .readonly(),
    result: controlOutcomeSchema,
  },
  /**
   * Gives services that are on a new tunnel: make-before-break if one is up, at once if the service waits. If a service waits
   * for a connection that is down, naming the service tries it anyway; a tag or "all" checks the connection first.
   */
  restart: {
    route: 'POST /v1/services/restart',
    params: z.object({ target: controlTargetSchema }).readonly(),
    result: controlOutcomeSchema,
  },
  /** Reloads the config, then does the same as `restart` with a tag, except that healthy services are left alone. */
  retry: {
    route: 'POST /v1/services/retry',
    params: z.object({ target: controlTargetSchema }).readonly(),
    result: controlOutcomeSchema,
  },
  /** Like `restart` with names, but prompts for a password in place of a rejected one from the config. See `prompt.ts`. */
  'log-in': {
    route: 'POST /v1/services/log-in',
    params: z.object({ target: controlTargetSchema }).readonly(),
    result: controlOutcomeSchema,
  },
  /** Moves services that are still using another context (`otherContext`) to kubectl's current one: off and on again. */
  'use-context': {
    route: 'POST /v1/services/context',
    params: z.object({ target: controlTargetSchema }).readonly(),
    result: controlOutcomeSchema,
  },
  /** Reads the server's keys for a service that is waiting for a trusted host key: see `host-keys.ts`. */
  'look-at-host-key': {
    route: 'POST /v1/host-keys/look',
    params: z.object({ name: serviceName }).readonly(),
    result: hostKeyOfferSchema,
  },
  /** Trusts exactly the keys that were shown under this digest. */
  'trust-host-key': {
    route: 'POST /v1/host-keys/trust',
    params: z.object({ name: serviceName, digest: z.string().max(64) }).readonly(),
    result: nothing,
  },
  /** Reloads the config. Resolves once removed services have stopped. */
  reload: { route: 'POST /v1/config/reload', params: nothing, result: configStateSchema },
  /** Trusts the config text with this digest, the one under review, and applies it. */
  trust: {
    route: 'POST /v1/config/trust',
    params: z.object({ digest: z.string().max(64) }).readonly(),
    result: configStateSchema,
  },
  /** Revokes trust in every version of the config, and stops its services. */
  untrust: { route: 'POST /v1/config/untrust', params: nothing, result: configStateSchema },
  /** A service as written in the config file. For this and the next entries, see `service-edit.ts`. */
  'read-service': edit('POST /v1/config/service', serviceEditing.read),
  'propose-service': edit('POST /v1/config/service/propose', serviceEditing.propose),
  'validate-service': edit('POST /v1/config/service/validate', serviceEditing.validate),
  'test-service': edit('POST /v1/config/service/test', serviceEditing.test),
  'save-service': edit('POST /v1/config/service/save', serviceEditing.save),
  'add-services': edit('POST /v1/config/services/add', serviceEditing.addAll),
  'remove-service': edit('POST /v1/config/service/remove', serviceEditing.remove),
  'undo-edit': edit('POST /v1/config/undo', serviceEditing.undo),
  'port-holder': edit('POST /v1/port-holder', serviceEditing.portHolder),
  /**
   * The user's answer to an open prompt; it may be empty. `remember`: only for a prompt that offers it; the answer is stored in
   * the keychain once it has worked.
   */
  'answer-prompt': {
    route: 'POST /v1/prompts/answer',
    params: z.object({ id: promptId, answer: answerSchema, remember: z.boolean().default(false) }).readonly(),
    result: nothing,
  },
  /** The user declines to answer: the login fails and is not retried automatically. */
  'dismiss-prompt': {
    route: 'POST /v1/prompts/dismiss',
    params: z.object({ id: promptId }).readonly(),
    result: nothing,
  },
  /** What exists in the host right now. */
  dump: {
    route: 'GET /v1/host/dump',
    params: nothing,
    result: z
      .object({
        snapshot: snapshotSchema,
        tasks: z.array(z.object({ name: z.string(), sinceMs: z.number() }).readonly()).readonly(),
        children: z.array(z.object({ name: z.string(), pid: z.number().int() }).readonly()).readonly(),
        /** Active health monitors. */
        monitors: z.number().int(),
        /** Names of resources that the host holds. */
        owned: z.array(z.string()).readonly(),
        /** Connections with a request in progress, including this one. */
        clients: z.number().int(),
      })
      .readonly(),
  },
  /** The data of a bug report: versions, settings, states, causes. `localport doctor --report` formats it as text. */
  diagnostics: {
    route: 'GET /v1/host/diagnostics',
    params: nothing,
    result: z.object({ sections: z.array(diagnosticSectionSchema).readonly() }).readonly(),
  },
} as const satisfies Readonly<Record<string, ControlRoute & { readonly result: z.ZodType }>>;

/** Streams, open until they end or the client disconnects. */
export const controlStreams = {
  /** The snapshot now and after each change. A slow client gets fewer of them, always the newest. */
  'watch-snapshot': {
    route: 'GET /v1/services/watch',
    /** `live`: at least one per second, for counters. */
    params: z.object({ live: z.boolean().default(false) }).readonly(),
    event: snapshotSchema,
  },
  /**
   * The open prompts now and after each change. A headless host lets programs prompt only while a client is watching this
   * stream.
   */
  'watch-prompts': {
    route: 'GET /v1/prompts/watch',
    params: nothing,
    event: z.object({ prompts: z.array(promptSchema).readonly() }).readonly(),
  },
  /** Lines of a log, oldest first, as in the file: `2026-11-22T10:11:12.013Z info  off → connecting`. */
  logs: {
    route: 'POST /v1/logs',
    /** `follow`: does not end after the existing lines, but continues with new ones. */
    params: z.object({ query: logQuerySchema, follow: z.boolean().default(false) }).readonly(),
    event: z.object({ service: serviceName.nullable(), lines: z.array(z.string()).readonly() }).readonly(),
  },
  /** Stops the host. Sends each phase as it passes, then the report; the connection closes, and the host exits a moment later. */
  shutdown: {
    route: 'POST /v1/host/shutdown',
    /** `force`: skips to the last phase. */
    params: z.object({ force: z.boolean().default(false) }).readonly(),
    event: z.discriminatedUnion('kind', [
      z
        .object({
          kind: z.literal('phase'),
          phase: z.enum(['stop new work', 'complete current', 'cancel tasks', 'force clean-up']),
          state: z.enum(['started', 'finished', 'left late', 'skipped']),
        })
        .readonly(),
      z.object({ kind: z.literal('report'), report: shutdownReportSchema }).readonly(),
    ]),
  },
} as const satisfies Readonly<Record<string, ControlRoute & { readonly event: z.ZodType }>>;

export type ControlRequests = typeof controlRequests;
export type ControlRequestName = keyof ControlRequests;
export type ControlRequestParams<R extends ControlRequestName> = z.infer<ControlRequests[R]['params']>;
export type ControlResult<R extends ControlRequestName> = z.infer<ControlRequests[R]['result']>;

export type ControlStreams = typeof controlStreams;
export type ControlStreamName = keyof ControlStreams;
export type ControlStreamParams<S extends ControlStreamName> = z.infer<ControlStreams[S]['params']>;
export type ControlEvent<S extends ControlStreamName> = z.infer<ControlStreams[S]['event']>;

export type ControlName = ControlRequestName | ControlStreamName;

export const isControlStream = (name: ControlName): name is ControlStreamName =>
  Object.hasOwn(controlStreams, name);

/** The body of an error response, and the last line of a failed stream. */
export const errorAnswerSchema = z.object({ error: controlErrorSchema }).readonly();
export type ErrorAnswer = z.infer<typeof errorAnswerSchema>;
