/** The state of the app's services, requested as an administrator does: USR2, and the dump in the log. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceSnapshot, Snapshot } from '../../shared/service-snapshot.ts';
import { isInOrder } from '../../shared/service-tone.ts';
import { eventually } from '../fixtures/eventually.ts';
import type { LaunchedApp } from './launched-app.ts';

const calmDeadlineMs = 40_000;
const askEveryMs = 500;

/** It is up, checked or not, and its failures are cleared. */
export const isCalm = (service: ServiceSnapshot): boolean => isInOrder(service) && service.attempt === 0;

/** Resolves to all services, in the order of the config, once each is calm. */
export async function allCalm(app: LaunchedApp): Promise<readonly ServiceSnapshot[]> {
  // Before its first output, a signal would meet the default handler and end it.
  await app.printed(/ logs in /);
  let services: readonly ServiceSnapshot[] = [];
  const areCalm = async (): Promise<boolean> => {
    // Each dump creates garbage in the measured app: without pauses, the dumps would double the heap.
    await delay(askEveryMs);
    services = await dumpServices(app);
    return services.length > 0 && services.every(isCalm);
  };
  await eventually('all forwards are calm', areCalm, calmDeadlineMs);
  return services;
}

/** One line of a dump; a long dump has several, each with some of its parts, and the monitors on the last. */
interface DumpLine {
  readonly snapshot?: Partial<Snapshot>;
  readonly monitors?: number;
}

async function dumpServices(app: LaunchedApp): Promise<readonly ServiceSnapshot[]> {
  const before = (await readDumpLines(app)).length;
  app.kill('SIGUSR2');
  let dump: readonly DumpLine[] = [];
  await eventually('the state is in the log', async () => {
    dump = (await readDumpLines(app)).slice(before);
    return dump.at(-1)?.monitors !== undefined;
  });
  return dump.flatMap(({ snapshot }) => snapshot?.services ?? []);
}

async function readDumpLines({ world }: LaunchedApp): Promise<readonly DumpLine[]> {
  const file = path.join(world.env['XDG_STATE_HOME'] ?? '', 'localport/logs/localport.log');
  const log = await readFile(file, 'utf8').catch(() => '');
  return [...log.matchAll(/state dump: (\{.*\})$/gm)].map(([, json = '']) => JSON.parse(json) as DumpLine);
}
