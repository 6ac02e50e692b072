import type { ReactElement } from 'react';

interface EmptyListProps {
  readonly filter: string;
  readonly onAdd: () => void;
}

export function EmptyList({ filter, onAdd }: EmptyListProps): ReactElement {
  if (filter !== '') return <p className="empty">Nothing matches “{filter}”</p>;
  return (
    <div className="empty">
      <p>There are no forwards yet.</p>
      <button type="button" className="button primary" onClick={onAdd}>
        Add Forward
      </button>
    </div>
  );
}
