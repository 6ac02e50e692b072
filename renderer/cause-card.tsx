import type { ReactElement } from 'react';
import { CauseLines } from './cause-lines.tsx';
import type { SharedCauseView } from './shared-causes.ts';
import { StateShape } from './state-shape.tsx';

interface CauseCardProps {
  readonly shared: SharedCauseView;
  readonly expanded: boolean;
  readonly onExpand: (expanded: boolean) => void;
}

/** One problem that several services share, shown once. */
export function CauseCard({ shared, expanded, onExpand }: CauseCardProps): ReactElement {
  const { names, tone, cause } = shared;
  const title = `${names.length} forwards: ${cause.title}`;
  return (
    <section className="card" data-kind={tone} aria-label={title} title={names.join(', ')}>
      <StateShape tone={tone} />
      <CauseLines cause={cause} title={title} names={names} expanded={expanded} onExpand={onExpand} />
    </section>
  );
}
