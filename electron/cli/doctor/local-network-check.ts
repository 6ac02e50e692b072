import { answerOf } from '../host-connection.ts';
import { fine, note } from '../output/findings.ts';
import type { Check } from './examination.ts';

const subject = 'local network';
const instead = 'If System Settings does not list that program, run the app instead of the daemon.';

/** macOS 15 and later: which program needs the local network permission, and what may lack it (Apple's TN3179). */
export const checkLocalNetwork: Check = async ({ context: { platform, runtime }, client }) => {
  if (platform !== 'darwin' || client === null) return [];
  const { host, services } = answerOf(await client.request('snapshot', {}));
  const isApp = host.kind === 'menu-bar';
  const suspicions = services.flatMap(({ cause }) => (cause?.code === 'local-network-denied' ? [cause] : []));
  if (suspicions.length === 0) {
    const atLogin = runtime.kind === 'app' ? 'LocalPort' : 'node';
    const program = isApp
      ? 'LocalPort'
      : `the terminal that started the daemon, or ${atLogin} for a launch agent`;
    return [fine(subject, `nothing seems to be blocked; the program to allow is ${program}`)];
  }
  return [...new Map(suspicions.map((cause) => [cause.title, cause])).values()].map(({ title, remedy }) =>
    note(subject, title, isApp ? remedy : `${remedy ?? ''}. ${instead}`),
  );
};
