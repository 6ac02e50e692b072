import { addressesOverlap } from '../../../shared/bind-address.ts';
import { findFreePort } from '../../core/config/free-port.ts';
import { findPortHolder } from '../../core/process/port-holder.ts';
import { answerOf } from '../host-connection.ts';
import { bad, fine, type Finding } from '../output/findings.ts';
import type { Check } from './examination.ts';

const freePortTries = 100;
/** How many of a config with a thousand services are checked at a time. */
const atOnce = 50;

/** Whether each local port is free or the host's own. */
export const checkPorts: Check = async ({ context, services, client }) => {
  const snapshot = client === null ? null : answerOf(await client.request('snapshot', {}));
  const own = snapshot?.services.filter(({ addresses }) => addresses.length > 0) ?? [];
  const asked = services.filter(
    (service) => service.localPort !== 0 && !own.some((open) => addressesOverlap(open, service)),
  );
  const conflicts: Finding[] = [];
  for (let from = 0; from < asked.length; from += atOnce) {
    const found = await Promise.all(
      asked.slice(from, from + atOnce).map(async ({ name, localPort, bind }): Promise<readonly Finding[]> => {
        if ((await findFreePort(localPort, 1, bind)) !== null) return [];
        const holder = await findPortHolder({ localPort, bind }, context.clock);
        const free = await findFreePort(localPort + 1, freePortTries, bind);
        const fix = `Stop it, or give ${name} another local_port${free === null ? '' : `, such as ${free}`}.`;
        return [
          bad(`port ${localPort}`, `${name} needs it, but ${holder ?? 'another program'} is using it`, fix),
        ];
      }),
    );
    conflicts.push(...found.flat());
  }
  if (services.length === 0 || conflicts.length > 0) return conflicts;
  return [fine('local ports', `all are free or in use by LocalPort`)];
};
