/** Opens the app's host, replacing an older daemon if one is running. */
import { app } from 'electron';
import { stopOlderDaemon } from '../core/host/older-daemon.ts';
import { openHost, ownPaths, type OpenedHost, type OpenHostOptions } from '../core/host/open-host.ts';
import { askUser, tellRefusal } from './start-refusal.ts';

/** Call once Electron is ready. null: failed, and the user was told why. `replaced`: a sentence about the replaced daemon. */
export async function openAppHost(
  options: OpenHostOptions,
): Promise<{ readonly opened: OpenedHost; readonly replaced: string | null } | null> {
  const { clock, version } = options;
  const opening = openHost(options);
  await app.whenReady();
  let opened = await opening;
  const replaced = opened.ok
    ? null
    : await stopOlderDaemon(opened.error, { paths: ownPaths(), clock, version, mayEndConnections: askUser });
  if (replaced !== null) opened = await openHost(options);
  if (opened.ok) return { opened: opened.value, replaced };
  tellRefusal(opened.error.message, process.platform);
  return null;
}
