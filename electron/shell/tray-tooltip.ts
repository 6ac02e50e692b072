import type { Snapshot } from '../../shared/service-snapshot.ts';
import { visibleLine } from '../../shared/visible-text.ts';
import { countServices, upOfWanted } from '../../shared/service-tone.ts';
import { needsUser } from './needs-user.ts';

/** One line: `LocalPort: 12 of 14 up, 1 checking, 1 needs you`. Of those that are wanted; what is off is not missing. */
export function trayTooltip(snapshot: Pick<Snapshot, 'services' | 'config'>): string {
  const { services, config } = snapshot;
  const parts = [countsInWords(services)];
  const waitingForUser = services.filter(needsUser).length;
  if (waitingForUser > 0) parts.push(`${waitingForUser} ${waitingForUser === 1 ? 'needs' : 'need'} you`);
  if (config.status === 'broken' || config.status === 'partial') parts.push('config has errors');
  if (config.status === 'untrusted') parts.push('config needs review');
  return visibleLine(`LocalPort: ${parts.join(', ')}`);
}

function countsInWords(services: Snapshot['services']): string {
  if (services.length === 0) return 'no forwards';
  const counts = countServices(services);
  return counts.wanted === 0 ? 'all off' : upOfWanted(counts);
}
