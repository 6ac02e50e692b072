import { overviewOf } from '../../shared/overview.ts';
import type { Snapshot } from '../../shared/service-snapshot.ts';
import { visibleLine } from '../../shared/visible-text.ts';

/** One line: `LocalPort: 2 need attention, 9 of 12 up`. The same text as the popover's headline. */
export function trayTooltip(snapshot: Pick<Snapshot, 'services' | 'config'>): string {
  const { headline, detail } = overviewOf(snapshot);
  const parts = [headline, ...(detail === null ? [] : [detail])];
  return visibleLine(`LocalPort: ${parts.join(', ')}`);
}
