import { rm } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import type { Logger } from '../observability/logger.ts';
import type { GroupRegistry } from './group-registry.ts';
import { readJournal } from './journal.ts';
import { type GroupControl, systemGroups } from './process-group.ts';
import { type ProcessIdentity, bootId, identifyProcesses } from './process-identity.ts';

export interface ReapOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** This run's guardian and journal, which take over groups that cannot be ended. */
  readonly registries?: readonly GroupRegistry[];
  readonly groups?: GroupControl;
}

const politeGraceMs = 1_000;

/**
 * Ends the leftovers of an earlier run: the process groups of exactly those children whose start time, command and
 * boot match the journal. A journal that is damaged, a link or another user's is ignored with a warning. Call it with
 * the single-instance lock held and before this run's journal begins. Never rejects; resolves to the children found.
 */
export async function reapLeftovers(
  path: string,
  { clock, log, registries = [], groups = systemGroups }: ReapOptions,
): Promise<readonly ProcessIdentity[]> {
  const journal = readJournal(path);
  if (!journal.ok) {
    log.warn(`reaper: ignoring the journal: ${journal.error}`);
    return [];
  }
  if (journal.value === null) return [];
  const leftovers =
    journal.value.bootId === (await bootId()) ? await stillRunning(journal.value.children) : [];
  const survivors = new Set<number>();
  await Promise.all(
    leftovers.map(async ({ pgid, command }) => {
      // Only the program: its arguments may contain secrets, and no config has been loaded yet that would reveal which.
      const [program = ''] = command.split(' ');
      log.info(`reaper: ending process group ${pgid}, left by an earlier run: ${program}`);
      if (await groups.end(pgid, politeGraceMs, clock)) return;
      log.warn(`reaper: process group ${pgid} survived SIGKILL`);
      survivors.add(pgid);
    }),
  );
  await rm(path, { force: true }).catch((error: unknown) => {
    log.warn(`reaper: ${path} cannot be removed: ${String(error)}`);
  });
  // The previous journal is gone now: this one replaces it.
  for (const pgid of survivors) {
    for (const registry of registries) registry.add(pgid);
    void groups.outlast(pgid, clock).then(() => {
      for (const registry of registries) registry.remove(pgid);
    });
  }
  return leftovers;
}

async function stillRunning(children: readonly ProcessIdentity[]): Promise<readonly ProcessIdentity[]> {
  const running = await identifyProcesses(children.map(({ pid }) => pid));
  return children.filter((child) => {
    const now = running.get(child.pid);
    return (
      now !== undefined &&
      now.startTime === child.startTime &&
      now.command === child.command &&
      now.pgid === child.pgid &&
      child.pgid === child.pid
    );
  });
}
