/**
 * Adding, changing and removing services without a text editor: one contract for the popover's form (IPC) and for the commands
 * `add`, `edit`, `remove` and `undo` (local API).
 *
 * 1. A draft is a service as the config file writes it: the same keys and values, checked by the same schema (`config-schema.ts`).
 *    Numbers are numbers: `local_port: 5432`. A key that is absent has its default. `${NAME}` is a variable, as in the file.
 * 2. A password or header that the file spells out comes as `hiddenValue`. Sent back like that, it stays as the file has it.
 * 3. Of a change only what differs from `basedOn` is written. What somebody else changed meanwhile stays; where both changed
 *    one field, nothing is written, and the answer says so.
 * 4. Findings name a field by its place in the draft: `local_port`, `connection.host`, `tags[1]`. An empty field means the
 *    service, or the file, as a whole.
 */
import * as z from 'zod';
import type { Result } from './result.ts';

/** Stands where a password or header is. */
export const hiddenValue = '[hidden]';

const name = z.string().min(1).max(200);
const message = z.string();

/** Possibly incomplete: a form is checked while it is filled in. */
export const serviceDraftSchema = z.record(z.string().max(200), z.json()).readonly();
export type ServiceDraft = z.infer<typeof serviceDraftSchema>;
export type DraftValue = ServiceDraft[string];

const basedOn = serviceDraftSchema.nullable();

export const draftFindingSchema = z
  .object({ severity: z.enum(['error', 'warning']), field: z.string(), message })
  .readonly();
export type DraftFinding = z.infer<typeof draftFindingSchema>;

/** Nothing was written. `message`: a sentence that says why. */
const refusedSchema = z
  .object({ done: z.literal(false), message, findings: z.array(draftFindingSchema).readonly() })
  .readonly();
export type EditRefusal = z.infer<typeof refusedSchema>;

const editResultSchema = z.discriminatedUnion('done', [
  z
    .object({
      done: z.literal(true),
      name,
      /** The config file, and where in it the service stands, or stood. From 1. */
      path: z.string(),
      line: z.number().int(),
      /** Takes the edit back. */
      undo: z.string().max(64),
    })
    .readonly(),
  refusedSchema,
]);
export type EditResult = z.infer<typeof editResultSchema>;

const undoResultSchema = z.discriminatedUnion('done', [
  z
    .object({
      done: z.literal(true),
      path: z.string(),
      /** What was taken back: `added db`, `changed db`, `removed db`. */
      what: z.string(),
    })
    .readonly(),
  refusedSchema,
]);
export type UndoResult = z.infer<typeof undoResultSchema>;

const editRequest = z
  .object({
    draft: serviceDraftSchema,
    /** The service that the draft changes, as `read` gave it; null: a new one. */
    basedOn,
  })
  .readonly();
export type ServiceEdit = z.infer<typeof editRequest>;

/** A request that cannot be answered, for a config that cannot be read say, fails with a sentence. */
export const serviceEditing = {
  /** A service as the file has it. */
  read: {
    request: z.object({ name }).readonly(),
    response: z.object({ draft: serviceDraftSchema, path: z.string(), line: z.number().int() }).readonly(),
  },
  /** Adds what is missing to a draft and can be guessed: the technology's keys, a name made of the target, a free local port. */
  propose: {
    request: z.object({ draft: serviceDraftSchema, basedOn }).readonly(),
    response: z
      .object({
        draft: serviceDraftSchema,
        /** The protocol that the automatic health check speaks at this remote port; null: it waits for clients. */
        check: z.string().nullable(),
      })
      .readonly(),
  },
  /** Errors keep a draft from being saved, warnings do not. */
  validate: {
    request: editRequest,
    response: z
      .object({
        findings: z.array(draftFindingSchema).readonly(),
        /** The service as it would stand in the file; null: the file cannot be edited. */
        yaml: z.string().nullable(),
      })
      .readonly(),
  },
  /** Opens the tunnel beside those that run, on a private endpoint, asks the target once, and closes it. */
  test: {
    request: editRequest,
    response: z
      .object({
        ok: z.boolean(),
        /** `Connected to db:5432 in 412 ms; PostgreSQL answered in 8 ms.` */
        message,
        /** What would help. */
        remedy: z.string().nullable(),
        /** From the start to the proof, or to the failure. */
        tookMs: z.number(),
        /** With errors, nothing was tried. */
        findings: z.array(draftFindingSchema).readonly(),
      })
      .readonly(),
  },
  /** Who has a local port, and which one is free instead. */
  portHolder: {
    request: z
      .object({
        port: z.number().int().min(1).max(65_535),
        /** As in the draft; null: localhost. */
        bind: z.string().max(100).nullable(),
        /** The service that the port is for: its own port is free to it. */
        except: name.nullable(),
      })
      .readonly(),
    response: z
      .object({
        /** `the service redis`, `postgres (pid 812)`, `another program`; null: the port is free. */
        holder: z.string().nullable(),
        /** The next port that nobody has and no other service wants; null: none was found. */
        free: z.number().int().nullable(),
      })
      .readonly(),
  },
  /** Writes the draft to the file, and takes it over. */
  save: { request: editRequest, response: editResultSchema },
  remove: { request: z.object({ name }).readonly(), response: editResultSchema },
  /** Takes one edit back, or the last one of this config. */
  undo: {
    request: z.object({ token: z.string().max(64).nullable() }).readonly(),
    response: undoResultSchema,
  },
} as const satisfies Readonly<Record<string, { readonly request: z.ZodType; readonly response: z.ZodType }>>;

type Editing = typeof serviceEditing;
export type EditOperation = keyof Editing;
export type EditRequest<O extends EditOperation> = z.infer<Editing[O]['request']>;
export type EditResponse<O extends EditOperation> = z.infer<Editing[O]['response']>;

/** What answers: the host, or the command where none runs. Errors are sentences. */
export type ServiceEditor = {
  readonly [O in EditOperation]: (request: EditRequest<O>) => Promise<Result<EditResponse<O>, string>>;
};
