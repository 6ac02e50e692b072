import type { ReactElement, ReactNode } from 'react';
import { withoutGuarded } from '../shared/guard.ts';
import { overviewOf } from '../shared/overview.ts';
import type { Snapshot } from '../shared/service-snapshot.ts';
import { useCommands } from './commands.ts';
import { IconButton } from './icon-button.tsx';
import { AddIcon, BackIcon } from './icons.tsx';
import { StateShape } from './state-shape.tsx';
import { Switch } from './switch.tsx';

interface HeaderProps {
  readonly snapshot: Snapshot;
  readonly onlyTrouble: boolean;
  readonly onOnlyTrouble: (only: boolean) => void;
  readonly onAdd: () => void;
}

/** The overall state. While something needs attention, a click lists only that, and another click lists everything again. */
export function Header({ snapshot, onlyTrouble, onOnlyTrouble, onAdd }: HeaderProps): ReactElement {
  const { setAllDesired, setGroupDesired } = useCommands();
  const { services } = snapshot;
  const { tone, headline, detail, attention } = overviewOf(snapshot);
  const words = (
    <>
      <span className="headline-text">{headline}</span>
      {detail !== null && <span className="headline-detail">{detail}</span>}
    </>
  );
  return (
    <header className="header" data-measured>
      {services.length > 0 || attention > 0 ? <StateShape tone={tone} /> : null}
      <h1 className="headline">
        {attention > 0 ? (
          <button
            type="button"
            className="headline-button"
            aria-pressed={onlyTrouble}
            title={onlyTrouble ? 'Show all' : 'Show only what needs attention'}
            onClick={() => onOnlyTrouble(!onlyTrouble)}
          >
            {words}
          </button>
        ) : (
          words
        )}
      </h1>
      <IconButton id="header-add" label="Add Forward" icon={<AddIcon />} onClick={onAdd} />
      <Switch
        label="All forwards"
        on={services.some(({ desired }) => desired === 'on')}
        disabled={services.length === 0}
        onChange={(on) => {
          const turnsOn = withoutGuarded(services);
          if (!on || turnsOn.length === services.length) void setAllDesired(on ? 'on' : 'off');
          else void setGroupDesired({ tag: null, names: turnsOn.map(({ name }) => name) }, 'on');
        }}
      />
    </header>
  );
}

interface PageHeaderProps {
  readonly title: string;
  readonly onBack: () => void;
  readonly children?: ReactNode;
}

export function PageHeader({ title, onBack, children }: PageHeaderProps): ReactElement {
  return (
    <header className="header page-header" data-measured>
      <IconButton label="Back" icon={<BackIcon />} onClick={onBack} />
      <h1 className="page-title" title={title}>
        {title}
      </h1>
      {children}
    </header>
  );
}
