import type { ReactElement } from 'react';
import { useCommands } from './commands.ts';
import { ConfigIcon, ReloadIcon, SettingsIcon } from './icons.tsx';
import { useFeedback } from './use-feedback.ts';

interface FooterProps {
  readonly commandKey: '⌘' | 'Ctrl+';
  readonly settingsAreOpen: boolean;
  readonly onSettings: () => void;
}

export function Footer({ commandKey, settingsAreOpen, onSettings }: FooterProps): ReactElement {
  const { reloadConfig, openConfig, quit } = useCommands();
  const [reloaded, showReloaded] = useFeedback('Reloaded');
  return (
    <footer className="footer" data-measured>
      <button
        type="button"
        className="footer-button"
        title={`Read the config again (${commandKey}R)`}
        onClick={() => showReloaded(reloadConfig())}
      >
        <ReloadIcon />
        <span className="swap" data-swapped={reloaded !== null}>
          <span>Reload</span>
          <span aria-live="polite">{reloaded}</span>
        </span>
      </button>
      <button
        type="button"
        className="footer-button"
        title={`Open the config (${commandKey}O)`}
        onClick={() => void openConfig()}
      >
        <ConfigIcon />
        Config
      </button>
      <button
        type="button"
        className="footer-button"
        title={`Settings (${commandKey},)`}
        aria-pressed={settingsAreOpen}
        onClick={onSettings}
      >
        <SettingsIcon />
        Settings
      </button>
      <button
        type="button"
        className="footer-button footer-quit"
        title={`Quit LocalPort (${commandKey}Q)`}
        onClick={() => void quit()}
      >
        Quit
      </button>
    </footer>
  );
}
