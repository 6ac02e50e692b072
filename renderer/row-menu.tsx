import type { ReactElement } from 'react';
import type { ServiceSnapshot } from '../shared/service-snapshot.ts';
import { Menu, type MenuPlace } from './menu.tsx';
import { rowActionsOf, shortcutText, type RowActionKind } from './row-actions.ts';

interface RowMenuProps {
  readonly service: ServiceSnapshot;
  readonly isWelcome: boolean;
  readonly platform: string;
  readonly place: MenuPlace;
  readonly onAction: (name: string, action: RowActionKind) => void;
  readonly onClose: () => void;
}

export function RowMenu(props: RowMenuProps): ReactElement {
  const { service, isWelcome, platform, place, onAction, onClose } = props;
  const entries = rowActionsOf(service, isWelcome).map(({ kind, label, shortcut, startsPart }) => ({
    key: kind,
    label,
    shortcut: shortcut === null ? null : shortcutText(shortcut, platform),
    startsPart,
    choose: () => onAction(service.name, kind),
  }));
  return <Menu label={service.name} entries={entries} place={place} onClose={onClose} />;
}
