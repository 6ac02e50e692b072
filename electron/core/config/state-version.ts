/**
 * The version that each state file carries. Content of an earlier version is brought up to date as it is read; a file that a newer
 * LocalPort has written is not understood, and never written over: its user may go back to that version.
 */

/** From the version that is its index to the next one. The present version is their number. */
export type Upgrade = (content: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;

export class NewerStateError extends Error {
  constructor(found: number, known: number) {
    super(
      `it was written by a newer LocalPort (version ${found} of the file, this LocalPort knows ${known})`,
    );
    this.name = 'NewerStateError';
  }
}

/** Throws NewerStateError. Content without a version is of version 0. Whether the result is sound, its schema has to tell. */
export function upToDate(content: unknown, upgrades: readonly Upgrade[]): unknown {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return content;
  const fields = content as Readonly<Record<string, unknown>>;
  const version = typeof fields['version'] === 'number' ? fields['version'] : 0;
  if (version > upgrades.length) throw new NewerStateError(version, upgrades.length);
  return upgrades.slice(version).reduce((former, upgrade) => upgrade(former), fields);
}
