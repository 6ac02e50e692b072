import { assertNever } from '../shared/result.ts';
import type { Snapshot } from '../shared/service-snapshot.ts';
import { localAddress } from '../shared/bind-address.ts';
import { serviceUrl } from '../shared/service-url.ts';
import { inHours } from '../shared/off-until.ts';
import type { Commands } from './commands.ts';
import type { Page } from './pages.ts';
import { rowActionsOf, type RowActionKind } from './row-actions.ts';

interface ActionParts {
  readonly commands: Commands;
  readonly snapshot: Pick<Snapshot, 'services' | 'config'>;
  readonly onPage: (page: Page) => void;
  readonly onRemove: (name: string) => void;
}

/** Performs an action from a service's menu or a key. Actions that the service does not offer are ignored. */
export function performRowAction(name: string, action: RowActionKind, parts: ActionParts): void {
  const { commands, snapshot, onPage, onRemove } = parts;
  const service = snapshot.services.find((one) => one.name === name);
  if (service === undefined) return;
  const offered = rowActionsOf(service, snapshot.config.status === 'welcome');
  if (!offered.some(({ kind }) => kind === action)) return;
  const url = serviceUrl(service);
  switch (action) {
    case 'copy-address':
      void commands.copy(localAddress(service));
      return;
    case 'copy-url':
      if (url !== null) void commands.copy(url);
      return;
    case 'open':
      void commands.openService(name);
      return;
    case 'restart':
      void commands.restart(name);
      return;
    case 'use-context':
      void commands.useContext(name);
      return;
    case 'turn-off-2h':
      void commands.turnOffUntil(name, inHours(2));
      return;
    case 'details':
      onPage({ kind: 'details', name });
      return;
    case 'log':
      onPage({ kind: 'log', name });
      return;
    case 'edit':
      onPage({ kind: 'form', name });
      return;
    case 'show-in-config':
      void commands.openConfig({ service: name });
      return;
    case 'remove':
      onRemove(name);
      return;
    default:
      assertNever(action, 'row action');
  }
}
