/**
 * The version in each state file. Content of an earlier version is upgraded when it is read; a file of a newer LocalPort is not
 * read, and never overwritten: its user may go back to that version.
 */

/** Upgrades from the version equal to its index to the next one. The current version is the number of upgrades. */
export type Upgrade = (content: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;

export class NewerStateError extends Error {
  constructor(found: number, known: number) {
    super(
      `it was written by a newer LocalPort (version ${found} of the file, this LocalPort knows ${known})`,
    );
    this.name = 'NewerStateError';
  }
}

/** Throws NewerStateError. Content without a version has version 0. The schema has to validate the result. */
export function upToDate(content: unknown, upgrades: readonly Upgrade[]): unknown {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return content;
  const fields = content as Readonly<Record<string, unknown>>;
  const version = typeof fields['version'] === 'number' ? fields['version'] : 0;
  if (version > upgrades.length) throw new NewerStateError(version, upgrades.length);
  return upgrades.slice(version).reduce((former, upgrade) => upgrade(former), fields);
}
