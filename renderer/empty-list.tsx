import type { ReactElement } from 'react';
import { useCommands } from './commands.ts';

export function EmptyList({ filter }: { readonly filter: string }): ReactElement {
  const { openConfig } = useCommands();
  if (filter !== '') return <p className="empty">Nothing matches “{filter}”</p>;
  return (
    <div className="empty">
      <p>The config names no services yet. What you add appears here as soon as you save.</p>
      <button type="button" className="button" onClick={() => void openConfig()}>
        Open Config
      </button>
    </div>
  );
}
