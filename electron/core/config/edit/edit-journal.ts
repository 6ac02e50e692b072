/**
 * Records for undoing the last edits: one private file for each, so that the command and a host can write concurrently. A
 * record contains the replaced text, which may be a password, so it is kept for at most a week.
 */
import { access, constants, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { serviceDraftSchema } from '../../../../shared/service-edit.ts';
import type { Clock } from '../../clock.ts';
import { readPrivateFile } from '../../files/private-file.ts';
import { writeFileAtomically } from '../../files/atomic-file.ts';
import { upToDate } from '../../files/state-version.ts';
import { nameOf } from './draft-path.ts';

const version = 1;
const maxRecords = 50;
const keptMs = 7 * 24 * 60 * 60 * 1000;

const recordSchema = z
  .object({
    version: z.literal(version),
    /** With all links resolved. */
    realPath: z.string(),
    at: z.number(),
    /** Digests of the whole text. */
    before: z.string(),
    after: z.string(),
    /** The splice that turns the edited text into the former one. */
    splice: z.object({ from: z.number().int(), to: z.number().int(), insert: z.string() }).readonly(),
    /** The part of the edited text that the splice removes, and the lines around it, by which it is found in a changed file. */
    replaced: z.string(),
    context: z.object({ above: z.string(), below: z.string() }).readonly(),
    /** The service before the edit; null: there was none. */
    serviceBefore: serviceDraftSchema.nullable(),
    serviceAfter: serviceDraftSchema.nullable(),
    /** More services that the edit added. */
    moreAfter: z.array(serviceDraftSchema).readonly().default([]),
  })
  .readonly();
type EditRecord = z.infer<typeof recordSchema>;

/** The data that an undo needs. */
export type Undoable = Omit<EditRecord, 'version' | 'at' | 'realPath'>;

interface KeptRecord extends EditRecord {
  readonly token: string;
}

let recordsSoFar = 0;

export class EditJournal {
  readonly #folder: string;
  readonly #clock: Clock;
  /** When an edit of a file could not be recorded. */
  readonly #missedAt = new Map<string, number>();

  constructor(stateDirectory: string, clock: Clock) {
    this.#folder = path.join(stateDirectory, 'edits');
    this.#clock = clock;
  }

  /** Resolves to the token of the record. Rejects with the system's error. */
  async keep(record: Omit<EditRecord, 'version' | 'at'>): Promise<string> {
    const at = this.#clock.wallNow();
    // Sorted by time; within one millisecond, by number.
    const token = `${String(at).padStart(15, '0')}-${process.pid}-${String((recordsSoFar += 1)).padStart(6, '0')}`;
    const text = JSON.stringify({ ...record, at, version } satisfies EditRecord);
    await writeFileAtomically(this.#fileOf(token), text, { mode: 0o600, sync: false });
    await this.#forgetOld();
    return token;
  }

  /** An edit of this file could not be recorded: no record so far is the last edit any more. Never rejects. */
  async miss(realPath: string): Promise<void> {
    this.#missedAt.set(realPath, this.#clock.wallNow());
    for (const token of await this.#tokens())
      if (this.#read(token)?.realPath === realPath) await this.forget(token).catch(() => undefined);
  }

  /**
   * `token` null: the last edit of this file. Resolves to null if it is not recorded, or no longer. In a folder that cannot be written,
   * there may have been later edits without a record.
   */
  async find(realPath: string, token: string | null): Promise<KeptRecord | null> {
    if (token !== null) return this.#of(realPath, token);
    const isWritable = await access(this.#folder, constants.W_OK).then(
      () => true,
      () => false,
    );
    if (!isWritable) return null;
    for (const candidate of (await this.#tokens()).reverse()) {
      const record = this.#of(realPath, candidate);
      if (record !== null) return record;
    }
    return null;
  }

  #of(realPath: string, token: string): KeptRecord | null {
    const record = this.#read(token);
    const isOf = record?.realPath === realPath && record.at > (this.#missedAt.get(realPath) ?? -Infinity);
    return isOf ? record : null;
  }

  async forget(token: string): Promise<void> {
    await rm(this.#fileOf(token), { force: true });
  }

  #fileOf(token: string): string {
    return path.join(this.#folder, `${token}.json`);
  }

  #read(token: string): KeptRecord | null {
    if (!tokenPattern.test(token)) return null;
    const text = readPrivateFile(this.#fileOf(token));
    if (!text.ok || text.value === null) return null;
    try {
      const record = recordSchema.safeParse(upToDate(JSON.parse(text.value), [(content) => content]));
      const isOld = record.success && this.#clock.wallNow() - record.data.at > keptMs;
      return record.success && !isOld ? { ...record.data, token } : null;
    } catch {
      return null;
    }
  }

  async #tokens(): Promise<string[]> {
    const names = await readdir(this.#folder).catch((): string[] => []);
    return names.flatMap((name) => /^(.*)\.json$/.exec(name)?.[1] ?? []).sort();
  }

  async #forgetOld(): Promise<void> {
    const tokens = await this.#tokens();
    const limit = this.#clock.wallNow() - keptMs;
    const isOld = (token: string): boolean => Number(token.slice(0, 15)) < limit;
    const old = tokens.filter((token, index) => isOld(token) || index < tokens.length - maxRecords);
    await Promise.all(old.map((token) => this.forget(token).catch(() => undefined)));
  }
}

/** Only such text may become a part of a path. */
const tokenPattern = /^\d{15}-\d+-\d+$/;

/** A description of the edit: `added db`, `added db and 3 more`. */
export const describeEdit = ({ serviceBefore, serviceAfter, moreAfter }: Undoable): string => {
  if (serviceBefore === null)
    return `added ${nameOf(serviceAfter ?? {})}${moreAfter.length === 0 ? '' : ` and ${moreAfter.length} more`}`;
  return `${serviceAfter === null ? 'removed' : 'changed'} ${nameOf(serviceBefore)}`;
};
