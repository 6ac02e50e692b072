/**
 * The config texts that the user has trusted, recorded as direnv does: one record for each pair of real path and
 * SHA-256 of the text. Going back to a text that was trusted before needs no new trust; any other text does.
 *
 * One file for each record, so that the command and a host can write concurrently.
 */
import { createHash } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { readPrivateFile } from '../files/private-file.ts';
import { writeFileAtomically } from '../files/atomic-file.ts';

/** The subject of trust: one text at one path. */
export interface ConfigIdentity {
  /** With all links resolved. */
  readonly realPath: string;
  /** SHA-256 of the text, in hex. */
  readonly digest: string;
}

export type TrustRecord = 'trusted' | 'changed' | 'unknown';

/** A repository has many commits: the oldest records are dropped first. */
const maxRecords = 1_000;

export const digestOf = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

export class TrustStore {
  readonly #folder: string;

  constructor(stateDirectory: string) {
    this.#folder = path.join(stateDirectory, 'trust');
  }

  /** `changed`: another text of this file is trusted. A record that others may have written is ignored. */
  async recordOf({ realPath, digest }: ConfigIdentity): Promise<TrustRecord> {
    const record = readPrivateFile(this.#recordFile({ realPath, digest }));
    if (record.ok && record.value === contentOf(realPath)) return 'trusted';
    return (await this.#recordsOf(realPath)).length > 0 ? 'changed' : 'unknown';
  }

  /** Rejects with the system's error if the record cannot be written. */
  async trust(identity: ConfigIdentity): Promise<void> {
    const file = this.#recordFile(identity);
    await writeFileAtomically(file, contentOf(identity.realPath), { mode: 0o600, sync: true });
    await this.#forgetOldest();
  }

  /** Forgets every text of this file. Resolves to whether any was trusted. */
  async untrust(realPath: string): Promise<boolean> {
    const records = await this.#recordsOf(realPath);
    for (const name of records) await rm(path.join(this.#folder, name), { force: true });
    return records.length > 0;
  }

  #recordFile({ realPath, digest }: ConfigIdentity): string {
    return path.join(this.#folder, `${prefixOf(realPath)}${digest}`);
  }

  async #recordsOf(realPath: string): Promise<readonly string[]> {
    const prefix = prefixOf(realPath);
    return (await this.#names()).filter((name) => name.startsWith(prefix));
  }

  async #names(): Promise<readonly string[]> {
    return (await readdir(this.#folder).catch((): string[] => [])).filter((name) => recordName.test(name));
  }

  async #forgetOldest(): Promise<void> {
    const names = await this.#names();
    if (names.length <= maxRecords) return;
    const aged = await Promise.all(
      names.map(async (name) => {
        const file = path.join(this.#folder, name);
        return {
          file,
          at: await stat(file).then(
            ({ mtimeMs }) => mtimeMs,
            () => 0,
          ),
        };
      }),
    );
    aged.sort((a, b) => a.at - b.at);
    for (const { file } of aged.slice(0, names.length - maxRecords)) await rm(file, { force: true });
  }
}

const recordName = /^[\da-f]{64}-[\da-f]{64}$/;

const prefixOf = (realPath: string): string => `${digestOf(realPath)}-`;

const contentOf = (realPath: string): string => `${realPath}\n`;
