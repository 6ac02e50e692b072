/** What a service waits for, if a card above shows its cause: `waits for prod`. Pure. */
import { sshHostIn } from '../shared/route-text.ts';
import type { ServiceSnapshot } from '../shared/service-snapshot.ts';

type Waiting = Pick<ServiceSnapshot, 'technology' | 'route' | 'cause'>;

export function waitsForText({ technology, route, cause }: Waiting): string {
  if (cause?.code === 'network-down') return 'waits for the network';
  const place = technology === 'kubectl' ? contextIn(route) : technology === 'ssh' ? sshHostIn(route) : null;
  return place === null ? 'see above' : `waits for ${place}`;
}

/** `prod · svc/postgres` */
function contextIn(route: string): string | null {
  const end = route.indexOf(' · ');
  return end === -1 ? null : route.slice(0, end);
}
