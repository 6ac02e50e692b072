/**
 * Every message between the `localport` command and the host that runs, once; both ends validate what they receive with
 * these schemas. A frame is four bytes, its length without them, big endian, then JSON in UTF-8.
 *
 *     client → host   hello                 once, first
 *     host → client   welcome | refused     once; `refused` is the last frame
 *     client → host   request               as many as wanted, each with an id of its own
 *     host → client   result | failed       the end of a request: always exactly one, unless the connection ends
 *     host → client   event                 before the end, for streams only
 *     client → host   cancel                a stream then ends with a result
 *
 * Times are wall-clock epoch milliseconds.
 */
import * as z from 'zod';
import { configStateSchema, desiredSchema, hostInfoSchema, snapshotSchema } from './service-snapshot.ts';

/** Raised with every change that an older peer would misunderstand. */
export const controlProtocol = 2;

/** Of one frame's JSON. What a client sends is small; what the host sends holds a snapshot of up to 1,000 services. */
export const maxRequestBytes = 1024 * 1024;
export const maxReplyBytes = 8 * 1024 * 1024;

export const controlErrorSchema = z
  .object({
    code: z.enum([
      /** No host answers at the socket. */
      'not-running',
      /** The socket, or its folder, is another user's. */
      'not-permitted',
      'version-mismatch',
      'too-many-clients',
      /** A frame or a request that the contract does not know. */
      'bad-request',
      'too-large',
      /** The client did not read what it asked for. */
      'too-slow',
      /** The host is on its way out. */
      'stopping',
      /** The service, or its log, that was asked for. */
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
    tailLines: z.number().int().min(0).max(1_000_000).nullable(),
    since: z.number().nullable(),
    until: z.number().nullable(),
    /** Plain text, found anywhere in a line; upper and lower case are the same. */
    grep: z.string().max(500).nullable(),
  })
  .readonly();
export type LogQuery = z.infer<typeof logQuerySchema>;

/** What is asked once, or (with `event`) watched until it ends or is cancelled. */
export const controlRequests = {
  snapshot: { params: nothing, result: snapshotSchema },
  /**
   * Turns services on or off, and remembers it. `port`: only to turn on one service that is named; it uses that local
   * port until it is turned off or the host ends.
   */
  'set-desired': {
    params: z
      .object({
        target: controlTargetSchema,
        desired: desiredSchema,
        port: portChoiceSchema.optional(),
      })
      .readonly(),
    result: controlOutcomeSchema,
  },
  /**
   * Gives services that are on a new tunnel: make before break where one is up, at once where one waits. What a route
   * that is down holds back is tried if it is named; of a tag or of all, the route is asked first.
   */
  restart: { params: z.object({ target: controlTargetSchema }).readonly(), result: controlOutcomeSchema },
  /** Loads the config again, then like `restart` of a tag, but what is up and well is left alone. */
  retry: { params: z.object({ target: controlTargetSchema }).readonly(), result: controlOutcomeSchema },
  /** Loads the config again. The result comes when services that leave have gone. */
  reload: { params: nothing, result: configStateSchema },
  /** The user trusts the config's text with this digest, the one under review; it is taken over. */
  trust: { params: z.object({ digest: z.string().max(64) }).readonly(), result: configStateSchema },
  /** The user takes back the trust in every text of the config: nothing of it runs any more. */
  untrust: { params: nothing, result: configStateSchema },
  /** What is alive in the host right now. */
  dump: {
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
        /** Connections to the control socket, this one included. */
        clients: z.number().int(),
      })
      .readonly(),
  },
} as const;

export const controlStreams = {
  /** The snapshot now, then each time it changes. A client that reads slowly gets fewer, always the newest. */
  'watch-snapshot': {
    /** `live`: at least one a second, for counters. */
    params: z.object({ live: z.boolean() }).readonly(),
    event: snapshotSchema,
  },
  /** Lines of one log, oldest first, as they stand in the file: `2026-11-22T10:11:12.013Z info  off → connecting`. */
  logs: {
    /** `follow`: does not end after the present ones, but goes on with new ones as they come. */
    params: z.object({ query: logQuerySchema, follow: z.boolean() }).readonly(),
    event: z.object({ service: serviceName.nullable(), lines: z.array(z.string()).readonly() }).readonly(),
  },
  /** Stops the host. The phases as they pass, then the report; then the connection ends, and the host a moment later. */
  shutdown: {
    /** `force`: jumps to the last phase. */
    params: z.object({ force: z.boolean() }).readonly(),
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
} as const;

export type ControlRequests = typeof controlRequests;
export type ControlRequestName = keyof ControlRequests;
export type ControlRequestParams<R extends ControlRequestName> = z.infer<ControlRequests[R]['params']>;
export type ControlResult<R extends ControlRequestName> = z.infer<ControlRequests[R]['result']>;

export type ControlStreams = typeof controlStreams;
export type ControlStreamName = keyof ControlStreams;
export type ControlStreamParams<S extends ControlStreamName> = z.infer<ControlStreams[S]['params']>;
export type ControlEvent<S extends ControlStreamName> = z.infer<ControlStreams[S]['event']>;

// ---- the frames ----

/** Understood by every protocol to come: only so can a mismatch be told. */
export const helloSchema = z
  .object({ type: z.literal('hello'), protocol: z.number().int(), version: z.string().max(100) })
  .readonly();

const requestId = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);

export const clientFrameSchema = z.discriminatedUnion('type', [
  z
    .object({ type: z.literal('request'), id: requestId, name: z.string().max(100), params: z.unknown() })
    .readonly(),
  z.object({ type: z.literal('cancel'), id: requestId }).readonly(),
]);
export type ClientFrame = z.infer<typeof helloSchema> | z.infer<typeof clientFrameSchema>;

/** The answer to `hello`; understood by every protocol to come, too. */
export const greetingSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('welcome'), protocol: z.number().int(), host: hostInfoSchema }).readonly(),
  z.object({ type: z.literal('refused'), error: controlErrorSchema }).readonly(),
]);

/** `id` is null in `failed` when the frame could not be told from another; the connection then ends. */
export const hostFrameSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('result'), id: requestId, result: z.unknown() }).readonly(),
  z.object({ type: z.literal('event'), id: requestId, event: z.unknown() }).readonly(),
  z.object({ type: z.literal('failed'), id: requestId.nullable(), error: controlErrorSchema }).readonly(),
]);
export type HostFrame = z.infer<typeof greetingSchema> | z.infer<typeof hostFrameSchema>;
