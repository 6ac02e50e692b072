import type { ReactElement } from 'react';
import { IconButton } from './icon-button.tsx';
import { AddIcon, MoreIcon, SettingsIcon } from './icons.tsx';

interface FooterProps {
  readonly menuIsOpen: boolean;
  readonly onAdd: () => void;
  readonly onSettings: () => void;
  readonly onMenu: () => void;
}

export function Footer({ menuIsOpen, onAdd, onSettings, onMenu }: FooterProps): ReactElement {
  return (
    <footer className="footer" data-measured>
      <button type="button" id="footer-add" className="footer-button" onClick={onAdd}>
        <AddIcon />
        Add
      </button>
      <span className="spacer" />
      <IconButton id="footer-settings" label="Settings" icon={<SettingsIcon />} onClick={onSettings} />
      <IconButton
        id="footer-more"
        className="app-menu-button"
        label="More"
        icon={<MoreIcon />}
        menuIsOpen={menuIsOpen}
        onClick={onMenu}
      />
    </footer>
  );
}
