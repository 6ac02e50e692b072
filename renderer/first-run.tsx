import type { ReactElement } from 'react';
import type { PopoverBridge } from '../shared/ipc-contract.ts';
import { useCommands } from './commands.ts';
import { usePlaces } from './form/use-targets.ts';
import { ChevronIcon } from './icons.tsx';
import { InstallCommand } from './install-command.tsx';
import type { Page } from './pages.ts';
import { Switch } from './switch.tsx';
import { useSettings } from './use-settings.ts';

interface FirstRunProps {
  readonly bridge: PopoverBridge;
  /** The demo forward, as long as there are no others. */
  readonly demoName: string | null;
  readonly onPage: (page: Page) => void;
}

/** Three ways to create the first forward. */
export function FirstRun({ bridge, demoName, onPage }: FirstRunProps): ReactElement {
  const { contexts, sshHosts } = usePlaces(bridge);
  const [settings, change] = useSettings(bridge);
  const { openService } = useCommands();
  const cannotOpenAtLogin = ['unavailable', 'misplaced'].includes(settings?.loginItemStatus ?? 'unavailable');
  return (
    <section className="first-run" aria-labelledby="first-run-title">
      <h2 className="first-run-title" id="first-run-title">
        What do you want to reach?
      </h2>
      <div className="choice-buttons">
        <Door
          title="From Kubernetes…"
          note={found(contexts.length, 'context')}
          onClick={() => onPage({ kind: 'import', source: 'kube' })}
        />
        <Door
          title="From SSH Config…"
          note={found(sshHosts.length, 'host')}
          onClick={() => onPage({ kind: 'import', source: 'ssh' })}
        />
        <Door
          title="Add by Hand…"
          note="SSH, TCP, or a command"
          onClick={() => onPage({ kind: 'form', name: null })}
        />
      </div>
      {settings !== null && !cannotOpenAtLogin && (
        <div className="choice">
          <p className="choice-label">Open LocalPort at login</p>
          <Switch
            label="Open LocalPort at login"
            on={settings.openAtLogin}
            onChange={(openAtLogin) => change({ openAtLogin })}
          />
        </div>
      )}
      <InstallCommand bridge={bridge} />
      {demoName !== null && (
        <p className="demo-note">
          <span className="quiet">This forward leads to a small page that LocalPort serves itself.</span>
          <button type="button" className="button small" onClick={() => void openService(demoName)}>
            Open Page
          </button>
        </p>
      )}
    </section>
  );
}

const found = (count: number, what: string): string =>
  count === 0 ? `No ${what}s found` : `${count} ${count === 1 ? what : `${what}s`} found`;

interface DoorProps {
  readonly title: string;
  readonly note: string;
  readonly onClick: () => void;
}

function Door({ title, note, onClick }: DoorProps): ReactElement {
  return (
    <button type="button" className="choice-button" onClick={onClick}>
      <span>
        <span className="choice-title">{title}</span>
        <span className="choice-hint">{note}</span>
      </span>
      <ChevronIcon />
    </button>
  );
}
