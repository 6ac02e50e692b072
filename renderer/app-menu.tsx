import type { ReactElement } from 'react';
import type { ServiceSnapshot } from '../shared/service-snapshot.ts';
import { inHours, pausedNames, tomorrowAfter } from '../shared/off-until.ts';
import { useCommands } from './commands.ts';
import { Menu, type MenuEntry, type MenuPlace } from './menu.tsx';
import type { Page } from './pages.ts';
import { shortcutText } from './row-actions.ts';

interface AppMenuProps {
  readonly platform: string;
  readonly services: readonly ServiceSnapshot[];
  readonly place: MenuPlace;
  readonly onPage: (page: Page) => void;
  readonly onClose: () => void;
}

/** The menu of commands for LocalPort as a whole. */
export function AppMenu({ platform, services, place, onPage, onClose }: AppMenuProps): ReactElement {
  const paused = pausedNames(services);
  const { pauseAll, setGroupDesired, reloadConfig, openConfig, copyDiagnostics, quit } = useCommands();
  const entry = (
    label: string,
    choose: () => void,
    key: string | null = null,
    startsPart = false,
  ): MenuEntry => ({
    key: label,
    label,
    shortcut: key === null ? null : shortcutText({ key, command: true, shift: false }, platform),
    startsPart,
    choose,
  });
  const entries = [
    entry('Pause All for 1 Hour', () => void pauseAll(inHours(1))),
    entry('Pause All Until Tomorrow', () => void pauseAll(tomorrowAfter)),
    ...(paused.length === 0
      ? []
      : [entry('Resume', () => void setGroupDesired({ tag: null, names: paused }, 'on'))]),
    entry('Import from Kubernetes…', () => onPage({ kind: 'import', source: 'kube' }), null, true),
    entry('Import from SSH Config…', () => onPage({ kind: 'import', source: 'ssh' })),
    entry('Reload', () => void reloadConfig(), 'r', true),
    entry('Open Config', () => void openConfig(), 'o'),
    entry('Show Log', () => onPage({ kind: 'log', name: null })),
    entry('Doctor', () => onPage({ kind: 'doctor' }), null, true),
    entry('Copy Diagnostics', () => void copyDiagnostics()),
    entry('About', () => onPage({ kind: 'about' })),
    entry('Quit LocalPort', () => void quit(), 'q', true),
  ];
  return <Menu label="LocalPort" entries={entries} place={place} onClose={onClose} />;
}
