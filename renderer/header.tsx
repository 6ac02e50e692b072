import type { ReactElement } from 'react';
import type { ServiceSnapshot } from '../shared/service-snapshot.ts';
import { overallTone } from '../shared/service-tone.ts';
import { useCommands } from './commands.ts';
import { BackIcon } from './icons.tsx';
import { StateShape } from './state-shape.tsx';
import { stateWords } from './state-words.ts';
import { Switch } from './switch.tsx';

export function Header({ services }: { readonly services: readonly ServiceSnapshot[] }): ReactElement {
  const { setAllDesired } = useCommands();
  return (
    <header className="header" data-measured>
      <h1 className="header-title">LocalPort</h1>
      <p className="header-state">
        {services.length > 0 && <StateShape tone={overallTone(services)} />}
        {stateWords(services)}
      </p>
      <Switch
        label="All forwards"
        on={services.some(({ desired }) => desired === 'on')}
        disabled={services.length === 0}
        onChange={(on) => void setAllDesired(on ? 'on' : 'off')}
      />
    </header>
  );
}

export function SettingsHeader({ onBack }: { readonly onBack: () => void }): ReactElement {
  return (
    <header className="header" data-measured>
      <button type="button" className="back" aria-label="Back" onClick={onBack}>
        <BackIcon />
      </button>
      <h1 className="header-title">Settings</h1>
    </header>
  );
}
