import { rm } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import type { Logger } from '../observability/logger.ts';
import { readJournal } from './journal.ts';
import { endGroup } from './process-group.ts';
import { type ProcessIdentity, bootId, identifyProcesses } from './process-identity.ts';

export interface ReapOptions {
  readonly clock: Clock;
  readonly log: Logger;
}

const politeGraceMs = 1_000;

/**
 * Ends what an earlier run left behind: the process groups of exactly those children whose start time, command and
 * boot match the journal. A journal that is damaged, a link or another user's is ignored with a warning. Call it with
 * the single-instance lock taken and before this run's journal begins. Never rejects; resolves to those ended.
 */
export async function reapLeftovers(
  path: string,
  { clock, log }: ReapOptions,
): Promise<readonly ProcessIdentity[]> {
  const journal = readJournal(path);
  if (!journal.ok) {
    log.warn(`reaper: ignoring the journal: ${journal.error}`);
    return [];
  }
  if (journal.value === null) return [];
  const leftovers =
    journal.value.bootId === (await bootId()) ? await stillRunning(journal.value.children) : [];
  await Promise.all(
    leftovers.map(async ({ pgid, command }) => {
      // The program only: its arguments may hold secrets, and no config is loaded yet that would tell which.
      const [program = ''] = command.split(' ');
      log.info(`reaper: ending process group ${pgid}, left by an earlier run: ${program}`);
      if (!(await endGroup(pgid, politeGraceMs, clock)))
        log.warn(`reaper: process group ${pgid} survived SIGKILL`);
    }),
  );
  await rm(path, { force: true }).catch((error: unknown) => {
    log.warn(`reaper: ${path} cannot be removed: ${String(error)}`);
  });
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
