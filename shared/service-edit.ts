/**
 * Adding, changing and removing services without a text editor: one contract for the popover's form (IPC) and for the commands
 * `add`, `edit`, `remove` and `undo` (local API).
 *
 * 1. A draft is a service in the format of the config file: the same keys and values, checked by the same schema
 *    (`config-schema.ts`). Numbers are numbers: `local_port: 5432`. An absent key has its default. `${NAME}` is a variable.
 * 2. A literal password or header is returned as `hiddenValue`. Sending `hiddenValue` back keeps the value in the file.
 * 3. Only fields that differ from `basedOn` are written. Changes made to the file in the meantime are kept; if both sides
 *    changed the same field, nothing is written, and the response says so.
 * 4. Findings name a field by its path in the draft: `local_port`, `connection.host`, `tags[1]`. An empty field means the
 *    service or the file as a whole.
 */
import * as z from 'zod';
import type { Result } from './result.ts';

/** Replaces a password or header. */
export const hiddenValue = '[hidden]';

const name = z.string().min(1).max(200);
const message = z.string();

/** Possibly incomplete: a form is checked while the user fills it in. */
export const serviceDraftSchema = z.record(z.string().max(200), z.json()).readonly();
export type ServiceDraft = z.infer<typeof serviceDraftSchema>;
export type DraftValue = ServiceDraft[string];

const basedOn = serviceDraftSchema.nullable();

export const draftFindingSchema = z
  .object({ severity: z.enum(['error', 'warning']), field: z.string(), message })
  .readonly();
export type DraftFinding = z.infer<typeof draftFindingSchema>;

/** Nothing was written. `message`: a sentence that explains why. */
const refusedSchema = z
  .object({ done: z.literal(false), message, findings: z.array(draftFindingSchema).readonly() })
  .readonly();
export type EditRefusal = z.infer<typeof refusedSchema>;

const editResultSchema = z.discriminatedUnion('done', [
  z
    .object({
      done: z.literal(true),
      name,
      /** The config file, and the line of the service, or its former line, counting from 1. */
      path: z.string(),
      line: z.number().int(),
      /** The token that undoes the edit. */
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
      /** The edit that was undone: `added db`, `changed db`, `removed db`. */
      what: z.string(),
    })
    .readonly(),
  refusedSchema,
]);
export type UndoResult = z.infer<typeof undoResultSchema>;

const editRequest = z
  .object({
    draft: serviceDraftSchema,
    /** The service that the draft changes, as returned by `read`; null: a new one. */
    basedOn,
  })
  .readonly();
export type ServiceEdit = z.infer<typeof editRequest>;

/** A request that cannot be answered, for example because the config cannot be read, fails with a sentence. */
export const serviceEditing = {
  /** Returns a service as it is in the file. */
  read: {
    request: z.object({ name }).readonly(),
    response: z.object({ draft: serviceDraftSchema, path: z.string(), line: z.number().int() }).readonly(),
  },
  /** Completes a draft with defaults: the technology's keys, a name derived from the target, a free local port. */
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
  /** Errors prevent saving; warnings do not. */
  validate: {
    request: editRequest,
    response: z
      .object({
        findings: z.array(draftFindingSchema).readonly(),
        /** The service as it would appear in the file; null: the file cannot be edited. */
        yaml: z.string().nullable(),
      })
      .readonly(),
  },
  /** Opens a separate tunnel on a private endpoint, checks the target once, and closes the tunnel. */
  test: {
    request: editRequest,
    response: z
      .object({
        ok: z.boolean(),
        /** `Connected to db:5432 in 412 ms; PostgreSQL answered in 8 ms.` */
        message,
        /** What would fix a failure. */
        remedy: z.string().nullable(),
        /** From the start to the proof or the failure. */
        tookMs: z.number(),
        /** If there are errors, no test was run. */
        findings: z.array(draftFindingSchema).readonly(),
      })
      .readonly(),
  },
  /** Which program is using a local port, and which port is free instead. */
  portHolder: {
    request: z
      .object({
        port: z.number().int().min(1).max(65_535),
        /** As in the draft; null: localhost. */
        bind: z.string().max(100).nullable(),
        /** The service that the port is for: its own port counts as free. */
        except: name.nullable(),
      })
      .readonly(),
    response: z
      .object({
        /** `the service redis`, `postgres (pid 812)`, `another program`; null: the port is free. */
        holder: z.string().nullable(),
        /** The next port that no program is using and no other service is configured for; null: none was found. */
        free: z.number().int().nullable(),
      })
      .readonly(),
  },
  /** Writes the draft to the file and applies it. */
  save: { request: editRequest, response: editResultSchema },
  /** Writes new services together, as one edit. Those that the config does not accept are left out. */
  addAll: {
    request: z.object({ drafts: z.array(serviceDraftSchema).min(1).max(1_000).readonly() }).readonly(),
    response: z
      .object({
        names: z.array(name).readonly(),
        path: z.string(),
        /** The token that undoes the edit; empty if nothing was written. */
        undo: z.string().max(64),
        /** Why the others were not added. */
        refusals: z.array(z.object({ name: z.string(), message }).readonly()).readonly(),
      })
      .readonly(),
  },
  remove: { request: z.object({ name }).readonly(), response: editResultSchema },
  /** Undoes one edit, or the last one of this config. */
  undo: {
    request: z.object({ token: z.string().max(64).nullable() }).readonly(),
    response: undoResultSchema,
  },
} as const satisfies Readonly<Record<string, { readonly request: z.ZodType; readonly response: z.ZodType }>>;

type Editing = typeof serviceEditing;
export type EditOperation = keyof Editing;
export type EditRequest<O extends EditOperation> = z.infer<Editing[O]['request']>;
export type EditResponse<O extends EditOperation> = z.infer<Editing[O]['response']>;

/** Implemented by the host, and by the command itself when no host is running. Errors are sentences. */
export type ServiceEditor = {
  readonly [O in EditOperation]: (request: EditRequest<O>) => Promise<Result<EditResponse<O>, string>>;
};
