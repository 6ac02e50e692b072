/** The last output of `npm start`: where the app is, and what to try first. Pure. */
import { clientAddress } from '../../shared/bind-address.ts';
import { serviceUrl } from '../../shared/service-url.ts';
import type { ServiceSnapshot } from '../../shared/service-snapshot.ts';

/** Set by `npm start` for the app: `with-display`, or `without-display` if nobody sees the app. */
export const greetingVariable = 'LOCALPORT_STARTED_BY_NPM';

/** `startedBy`: the value of the variable. */
export function launchGreeting(
  services: readonly ServiceSnapshot[],
  platform: NodeJS.Platform,
  startedBy: string,
): string {
  const place = platform === 'darwin' ? 'in the menu bar' : 'in the system tray';
  const where = startedBy === 'without-display' ? 'running without a display' : place;
  const first = services.find(({ desired, phase }) => desired === 'on' && phase !== 'failed');
  const forward =
    first === undefined
      ? 'no forward is on yet'
      : `your first forward: ${serviceUrl(first) ?? clientAddress(first)}`;
  return `LocalPort is ${where}; Ctrl-C stops it; ${forward}`;
}
