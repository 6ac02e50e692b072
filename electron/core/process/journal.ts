/**
 * The journal of living children, for the launch after a crash that the lifeline did not survive either. It is
 * written in the background: a start never waits for it, but a crash within a child's first milliseconds may precede its entry.
 */
import { rm } from 'node:fs/promises';
import * as z from 'zod';
import { type Result, err, ok } from '../../../shared/result.ts';
import type { Clock, Timer } from '../clock.ts';
import { writeFileAtomically } from '../files/atomic-file.ts';
import type { Logger } from '../observability/logger.ts';
import type { GroupRegistry } from './group-registry.ts';
import { readPrivateFile } from '../files/private-file.ts';
import { bootId, identifyProcesses } from './process-identity.ts';

export interface JournalOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly log: Logger;
}

const maxChildren = 4_096;
/** By this time a wrapper script has replaced itself by its program (exec), and is recorded as such. */
const settleMs = 1_000;

const recordSchema = z.object({
  version: z.literal(1),
  bootId: z.string().min(1),
  children: z
    .array(
      z.object({
        pid: z.int().min(2),
        pgid: z.int().min(2),
        startTime: z.string().min(1),
        command: z.string(),
      }),
    )
    .max(maxChildren),
});

export type JournalRecord = Readonly<z.infer<typeof recordSchema>>;

export class Journal implements GroupRegistry {
  readonly #options: JournalOptions;
  readonly #pgids = new Set<number>();
  readonly #bootId = bootId();
  #writing: Promise<void> | null = null;
  #outdated = false;
  #settleTimer: Timer | null = null;
  #closed = false;
  #isWritable = true;

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  add(pgid: number): void {
    this.#pgids.add(pgid);
    this.#write();
    this.#settleTimer?.cancel();
    this.#settleTimer = this.#options.clock.after(settleMs, () => {
      this.#write();
    });
  }

  remove(pgid: number): void {
    if (this.#pgids.delete(pgid)) this.#write();
  }

  /** Resolves when the file lists the living children. */
  async written(): Promise<void> {
    await this.#writing;
  }

  /** Removes the file, unless it lists a living child for the next launch. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#settleTimer?.cancel();
    await this.#writing;
    // If it cannot be removed, it could not be written either.
    if (this.#pgids.size === 0) await rm(this.#options.path, { force: true }).catch(() => undefined);
  }

  /** One write at a time; changes during a write share the next one. */
  #write(): void {
    if (this.#closed) return;
    this.#outdated = true;
    this.#writing ??= this.#writeWhileOutdated().finally(() => {
      this.#writing = null;
    });
  }

  async #writeWhileOutdated(): Promise<void> {
    while (this.#outdated && !this.#closed) {
      this.#outdated = false;
      try {
        await writeFileAtomically(this.#options.path, JSON.stringify(await this.#record()), {
          mode: 0o600,
          sync: false,
        });
        this.#isWritable = true;
      } catch (error) {
        // Warns once, not for each child: a read-only folder stays read-only.
        if (this.#isWritable)
          this.#options.log.warn(
            `journal: ${this.#options.path} cannot be written: ${(error as Error).message}`,
          );
        this.#isWritable = false;
      }
    }
  }

  async #record(): Promise<JournalRecord> {
    const identities = await identifyProcesses([...this.#pgids]);
    // A child that has ended in the meantime is not recorded.
    const children = [...identities.values()].filter(({ pid, pgid }) => pid === pgid && this.#pgids.has(pid));
    return { version: 1, bootId: await this.#bootId, children };
  }
}

/** The record, or null if there is none; the error says why the file cannot be trusted. */
export function readJournal(path: string): Result<JournalRecord | null, string> {
  const text = readPrivateFile(path);
  if (!text.ok || text.value === null) return text.ok ? ok(null) : text;
  try {
    const record = recordSchema.safeParse(JSON.parse(text.value));
    return record.success ? ok(record.data) : err(`${path} is not a journal of this version`);
  } catch {
    return err(`${path} is damaged`);
  }
}
