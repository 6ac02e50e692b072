/**
 * The ports that were chosen for services with `local_port: auto`, in a state file, so that a bookmark or a connection
 * string stays valid across restarts. If the file is damaged, ports are merely chosen again.
 */
import { readFile, stat } from 'node:fs/promises';
import * as z from 'zod';
import { errorMessage } from '../lifecycle/error-text.ts';
import type { Logger } from '../observability/logger.ts';
import { writeFileAtomically } from '../files/atomic-file.ts';
import { NewerStateError, upToDate, type Upgrade } from '../files/state-version.ts';

export const autoPortFileName = 'local-ports.json';
const maxFileBytes = 1024 * 1024;
const maxPorts = 10_000;

/** The first version that was ever released is 1. */
const upgrades: readonly Upgrade[] = [(content) => content];

const fileSchema = z.object({
  version: z.literal(1),
  ports: z.array(z.object({ name: z.string(), port: z.int().min(1).max(65_535) })).max(maxPorts),
});

/** Throws if the file is invalid; a missing file is an empty one. */
async function readPorts(path: string): Promise<Map<string, number>> {
  const stats = await stat(path).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  });
  if (stats === null) return new Map();
  if (!stats.isFile() || stats.size > maxFileBytes) throw new Error('not a file of ours');
  const { ports } = fileSchema.parse(upToDate(JSON.parse(await readFile(path, 'utf8')), upgrades));
  return new Map(ports.map(({ name, port }) => [name, port]));
}

/** The ports that a stopped host would use again, by service name. Never rejects. */
export const readAutoPorts = (path: string): Promise<ReadonlyMap<string, number>> =>
  readPorts(path).catch(() => new Map<string, number>());

interface ReadPorts {
  readonly ports: Map<string, number>;
  readonly isReadOnly: boolean;
}

export class AutoPortStore {
  readonly #path: string;
  readonly #log: Logger;
  readonly #ports: Map<string, number>;
  /** The file was written by a newer LocalPort: ports chosen now are for this run only. */
  readonly #isReadOnly: boolean;
  #isWritten = true;
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, log: Logger, { ports, isReadOnly }: ReadPorts) {
    this.#path = path;
    this.#log = log;
    this.#ports = ports;
    this.#isReadOnly = isReadOnly;
  }

  /** Never rejects. */
  static async open(path: string, log: Logger): Promise<AutoPortStore> {
    try {
      return new AutoPortStore(path, log, { ports: await readPorts(path), isReadOnly: false });
    } catch (error) {
      const isReadOnly = error instanceof NewerStateError;
      const fate = isReadOnly
        ? 'stay as they are, and ports are chosen for this run'
        : 'could not be read, so ports are chosen anew';
      log.warn(`the ports in ${path} ${fate}: ${errorMessage(error)}`);
      return new AutoPortStore(path, log, { ports: new Map(), isReadOnly });
    }
  }

  get(name: string): number | undefined {
    return this.#ports.get(name);
  }

  set(name: string, port: number): void {
    if (this.#ports.get(name) === port) return;
    this.#ports.set(name, port);
    this.#isWritten = false;
  }

  /** Forgets all other services. */
  keepOnly(names: ReadonlySet<string>): void {
    for (const name of [...this.#ports.keys()]) {
      if (names.has(name)) continue;
      this.#ports.delete(name);
      this.#isWritten = false;
    }
  }

  /** Resolves when all changes are on disk, or could not be written, which is logged. Never rejects. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    if (this.#isWritten || this.#isReadOnly) return;
    this.#isWritten = true;
    const ports = [...this.#ports].slice(0, maxPorts).map(([name, port]) => ({ name, port }));
    const content: z.infer<typeof fileSchema> = { version: 1, ports };
    try {
      const text = `${JSON.stringify(content, null, 2)}\n`;
      await writeFileAtomically(this.#path, text, { mode: 0o600, sync: true });
    } catch (error) {
      this.#isWritten = false;
      this.#log.error(`the chosen ports could not be written to ${this.#path}: ${errorMessage(error)}`);
    }
  }
}
