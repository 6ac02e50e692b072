/**
 * Every message between the `localport` command and the host that runs, once; both ends validate what they receive with
 * these schemas. They speak HTTP over the control socket (electron/docs/local-api.md):
 *
 *     request   the params as JSON in the body of a POST, or in the query of a GET
 *     answer    200 and the result as JSON
 *     stream    200 and one event a line (application/x-ndjson). A line `{ "error": … }` is its last one
 *     failure   4xx or 5xx and `{ "error": { "code", "message" } }`
 *
 * To add a route: an entry in one of the two tables, and its handler in electron/core/host/host-control.ts.
 * Times are wall-clock epoch milliseconds.
 */
import * as z from 'zod';
import { hostKeyOfferSchema } from './host-keys.ts';
import { answerSchema, promptSchema } from './prompt.ts';
import { serviceEditing } from './service-edit.ts';
import { configStateSchema, desiredSchema, hostInfoSchema, snapshotSchema } from './service-snapshot.ts';

/** Raised with every change that an older peer would misunderstand. Up to 2 it was no HTTP. */
export const controlProtocol = 3;

/** The only `Host` that the host answers to: no web page and no proxy asks for it by accident. */
export const controlHostName = 'localport';
/** In every answer; the command sends both, others need not. */
export const protocolHeader = 'LocalPort-Protocol';
export const versionHeader = 'LocalPort-Version';

/** Of a request's body. */
export const maxRequestBytes = 1024 * 1024;
/** Of an answer, and of one line of a stream: a snapshot of up to 1,000 services. */
export const maxReplyBytes = 8 * 1024 * 1024;

export const controlErrorSchema = z
  .object({
    code: z.enum([
      /** No host answers at the socket. */
      'not-running',
      /** The socket or its folder is not the user's own, or the request comes from a web page. */
      'not-permitted',
      'version-mismatch',
      /** More streams, or more acts, than are allowed at once. */
      'too-many-requests',
      /** Not HTTP, or not what the contract asks for. */
      'bad-request',
      'wrong-method',
      'wrong-content-type',
      'too-large',
      /** The client did not read what it asked for. */
      'too-slow',
      /** The host is on its way out. */
      'stopping',
      /** The route, the service, or its log, that was asked for. */
      'not-found',
      /** The host has a bug; its log tells more. */
      'host-failed',
      'timed-out',
      'connection-lost',
    ]),
    /** A sentence for the user: what is wrong, and where it helps, what to do. */
    message: z.string(),
  })
  .readonly();
export type ControlError = z.infer<typeof controlErrorSchema>;

const serviceName = z.string().min(1).max(200);

/** The services that are meant. */
export const controlTargetSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('names'), names: z.array(serviceName).min(1).max(1_000).readonly() }).readonly(),
  /** Those with any of them. */
  z.object({ kind: z.literal('tags'), tags: z.array(serviceName).min(1).max(1_000).readonly() }).readonly(),
  z.object({ kind: z.literal('all') }).readonly(),
]);
export type ControlTarget = z.infer<typeof controlTargetSchema>;

/** The local port of one service for this run: this one, or one that is free. */
export const portChoiceSchema = z.union([z.number().int().min(1).max(65_535), z.literal('auto')]);
export type PortChoice = z.infer<typeof portChoiceSchema>;

/** What became of a command for several services. Both lists empty: no service has any of the tags, or there are none. */
export const controlOutcomeSchema = z
  .object({
    /** Names, in the order of the config. */
    accepted: z.array(z.string()).readonly(),
    /** `message`: `there is no service of this name`, `is off: start it`. A tag that no service has is named here too. */
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
    /** What failed and what was left behind, one sentence each. */
    problems: z.array(z.string()).readonly(),
    totalMs: z.number(),
  })
  .readonly();

export const logQuerySchema = z
  .object({
    /** null: the host's own log. Several are followed by one stream: a client may have few at once. */
    services: z.array(serviceName.nullable()).min(1).max(1_001).readonly(),
    /** The last so many of the lines that match, of each log; null: all that are kept. */
    tailLines: z.number().int().min(0).max(1_000_000).nullable().default(null),
    since: z.number().nullable().default(null),
    until: z.number().nullable().default(null),
    /** Plain text, found anywhere in a line; upper and lower case are the same. */
    grep: z.string().max(500).nullable().default(null),
  })
  .readonly();
export type LogQuery = z.infer<typeof logQuerySchema>;

/** A part of a bug report. Secrets are hidden; names of services and hosts are not. */
export const diagnosticSectionSchema = z
  .object({ title: z.string(), lines: z.array(z.string()).readonly() })
  .readonly();
export type DiagnosticSection = z.infer<typeof diagnosticSectionSchema>;

export const hostAnswerSchema = z.object({ protocol: z.number().int(), host: hostInfoSchema }).readonly();

/** `METHOD PATH`. A path has one method only. */
type Route = `${'GET' | 'POST'} /v1/${string}`;
interface ControlRoute {
  readonly route: Route;
  readonly params: z.ZodType;
}

const edit = <Route extends ControlRoute['route'], Params extends z.ZodType, Answer extends z.ZodType>(
  route: Route,
  { request, response }: { readonly request: Params; readonly response: Answer },
) => ({ route, params: request, result: response });

/** What is asked once. */
export const controlRequests = {
  /** Who runs. Understood by every protocol to come: only so can a mismatch be explained. */
  host: { route: 'GET /v1/host', params: nothing, result: hostAnswerSchema },
  snapshot: { route: 'GET /v1/services', params: nothing, result: snapshotSchema },
  /**
   * Turns services on or off, and remembers it. `port`: only to turn on one service that is named; it uses that local
   * port until it is turned off or the host ends. `until`: only to turn off; what is on, or off for a time already, is
   * turned on again then.
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
   * Gives services that are on a new tunnel: make before break where one is up, at once where one waits. What a route
   * that is down holds back is tried if it is named; of a tag or of all, the route is asked first.
   */
  restart: {
    route: 'POST /v1/services/restart',
    params: z.object({ target: controlTargetSchema }).readonly(),
    result: controlOutcomeSchema,
  },
  /** Loads the config again, then like `restart` of a tag, but what is up and well is left alone. */
  retry: {
    route: 'POST /v1/services/retry',
    params: z.object({ target: controlTargetSchema }).readonly(),
    result: controlOutcomeSchema,
  },
  /** Like `restart` of names; a password of the config that was refused is asked for instead. See `prompt.ts`. */
  'log-in': {
    route: 'POST /v1/services/log-in',
    params: z.object({ target: controlTargetSchema }).readonly(),
    result: controlOutcomeSchema,
  },
  /** Moves services that stay with another context (`otherContext`) to kubectl's current one: off and on again. */
  'use-context': {
    route: 'POST /v1/services/context',
    params: z.object({ target: controlTargetSchema }).readonly(),
    result: controlOutcomeSchema,
  },
  /** Asks the server of a service that waits for a host key for its keys: see `host-keys.ts`. */
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
  /** Loads the config again. The result comes when services that leave have gone. */
  reload: { route: 'POST /v1/config/reload', params: nothing, result: configStateSchema },
  /** The user trusts the config's text with this digest, the one under review; it is taken over. */
  trust: {
    route: 'POST /v1/config/trust',
    params: z.object({ digest: z.string().max(64) }).readonly(),
    result: configStateSchema,
  },
  /** Revokes the trust in every text of the config, and stops its services. */
  untrust: { route: 'POST /v1/config/untrust', params: nothing, result: configStateSchema },
  /** A service as the config file has it. This and what follows: `service-edit.ts`. */
  'read-service': edit('POST /v1/config/service', serviceEditing.read),
  'propose-service': edit('POST /v1/config/service/propose', serviceEditing.propose),
  'validate-service': edit('POST /v1/config/service/validate', serviceEditing.validate),
  'test-service': edit('POST /v1/config/service/test', serviceEditing.test),
  'save-service': edit('POST /v1/config/service/save', serviceEditing.save),
  'remove-service': edit('POST /v1/config/service/remove', serviceEditing.remove),
  'undo-edit': edit('POST /v1/config/undo', serviceEditing.undo),
  'port-holder': edit('POST /v1/port-holder', serviceEditing.portHolder),
  /**
   * The user's answer to an open question; an empty one is an answer too. `remember`: of a question that offers it; the
   * answer goes to the keychain once it has worked.
   */
  'answer-prompt': {
    route: 'POST /v1/prompts/answer',
    params: z.object({ id: promptId, answer: answerSchema, remember: z.boolean().default(false) }).readonly(),
    result: nothing,
  },
  /** The user gives no answer: the login fails, and is not retried automatically. */
  'dismiss-prompt': {
    route: 'POST /v1/prompts/dismiss',
    params: z.object({ id: promptId }).readonly(),
    result: nothing,
  },
  /** What is alive in the host right now. */
  dump: {
    route: 'GET /v1/host/dump',
    params: nothing,
    result: z
      .object({
        snapshot: snapshotSchema,
        tasks: z.array(z.object({ name: z.string(), sinceMs: z.number() }).readonly()).readonly(),
        children: z.array(z.object({ name: z.string(), pid: z.number().int() }).readonly()).readonly(),
        /** Health monitors that are watching. */
        monitors: z.number().int(),
        /** Names of the resources that the host holds. */
        owned: z.array(z.string()).readonly(),
        /** Connections with a request under way, this one included. */
        clients: z.number().int(),
      })
      .readonly(),
  },
  /** What a bug report needs to know: versions, settings, states, causes. `localport doctor --report` makes a text of it. */
  diagnostics: {
    route: 'GET /v1/host/diagnostics',
    params: nothing,
    result: z.object({ sections: z.array(diagnosticSectionSchema).readonly() }).readonly(),
  },
} as const satisfies Readonly<Record<string, ControlRoute & { readonly result: z.ZodType }>>;

/** What is watched until it ends, or the client goes. */
export const controlStreams = {
  /** The snapshot now, then each time it changes. A client that reads slowly gets fewer, always the newest. */
  'watch-snapshot': {
    route: 'GET /v1/services/watch',
    /** `live`: at least one a second, for counters. */
    params: z.object({ live: z.boolean().default(false) }).readonly(),
    event: snapshotSchema,
  },
  /**
   * The open questions now, then each time they change. While somebody watches, programs may ask: a headless host asks
   * nothing otherwise.
   */
  'watch-prompts': {
    route: 'GET /v1/prompts/watch',
    params: nothing,
    event: z.object({ prompts: z.array(promptSchema).readonly() }).readonly(),
  },
  /** Lines of one log, oldest first, as they stand in the file: `2026-11-22T10:11:12.013Z info  off → connecting`. */
  logs: {
    route: 'POST /v1/logs',
    /** `follow`: does not end after the present ones, but goes on with new ones as they come. */
    params: z.object({ query: logQuerySchema, follow: z.boolean().default(false) }).readonly(),
    event: z.object({ service: serviceName.nullable(), lines: z.array(z.string()).readonly() }).readonly(),
  },
  /** Stops the host. The phases as they pass, then the report; then the connection ends, and the host a moment later. */
  shutdown: {
    route: 'POST /v1/host/shutdown',
    /** `force`: jumps to the last phase. */
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

/** The body of a failure, and the last line of a stream that failed. */
export const errorAnswerSchema = z.object({ error: controlErrorSchema }).readonly();
export type ErrorAnswer = z.infer<typeof errorAnswerSchema>;
