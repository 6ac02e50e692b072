import type { ReactElement } from 'react';
import type { PopoverBridge } from '../../shared/ipc-contract.ts';
import type { Page } from '../pages.ts';
import type { RowActionKind } from '../row-actions.ts';
import type { Edits } from '../use-edits.ts';
import type { SnapshotInTime } from '../use-snapshot.ts';
import { AddKeyPage } from './add-key-page.tsx';
import { AboutPage } from './about-page.tsx';
import { ChooseContextPage } from './choose-context-page.tsx';
import { DetailsPage } from './details-page.tsx';
import { DoctorPage } from './doctor-page.tsx';
import { FormPage } from './form-page.tsx';
import { HostKeyPage } from './host-key-page.tsx';
import { ImportPage } from './import-page.tsx';
import { LogPage } from './log-page.tsx';
import { OutputPage } from './output-page.tsx';
import { SignInPage } from './sign-in-page.tsx';
import { SettingsPage } from './settings-page.tsx';

interface PageViewProps {
  readonly page: Page;
  readonly bridge: PopoverBridge;
  readonly current: SnapshotInTime;
  readonly onPage: (page: Page) => void;
  readonly onRowAction: (name: string, action: RowActionKind) => void;
  readonly edits: Edits;
}

/** A page that replaces one of its kind starts from the beginning. */
const keyOf = ({ name, command }: { readonly name: string; readonly command: string }): string =>
  `${name} ${command}`;

export function PageView({ page, bridge, current, onPage, onRowAction, edits }: PageViewProps): ReactElement {
  const { snapshot, now } = current;
  switch (page.kind) {
    case 'settings':
      return <SettingsPage bridge={bridge} snapshot={snapshot} now={now} onPage={onPage} />;
    case 'about':
      return <AboutPage bridge={bridge} snapshot={snapshot} />;
    case 'doctor':
      return <DoctorPage bridge={bridge} />;
    case 'sign-in':
      return <SignInPage key={keyOf(page)} bridge={bridge} name={page.name} command={page.command} />;
    case 'output':
      return <OutputPage key={keyOf(page)} bridge={bridge} name={page.name} command={page.command} />;
    case 'host-key':
      return <HostKeyPage key={keyOf(page)} bridge={bridge} name={page.name} command={page.command} />;
    case 'add-key':
      return <AddKeyPage key={keyOf(page)} bridge={bridge} name={page.name} command={page.command} />;
    case 'choose-context':
      return (
        <ChooseContextPage
          key={page.name}
          bridge={bridge}
          names={[page.name, ...page.others]}
          onSaved={edits.saved}
        />
      );
    case 'log':
      return <LogPage key={page.name} bridge={bridge} name={page.name} />;
    case 'details': {
      const service = snapshot.services.find(({ name }) => name === page.name);
      if (service === undefined) return <p className="empty">{page.name} is no longer in the config.</p>;
      return (
        <DetailsPage
          key={page.name}
          bridge={bridge}
          service={service}
          isWelcome={snapshot.config.status === 'welcome'}
          now={now}
          onAction={onRowAction}
        />
      );
    }
    case 'form':
      return (
        <FormPage
          key={page.name}
          bridge={bridge}
          name={page.name}
          groups={[...new Set(snapshot.services.flatMap(({ tags }) => tags.slice(0, 1)))]}
          onSaved={({ name, undo }) =>
            edits.saved(`${page.name === null ? 'Added' : 'Saved'} ${name}`, [undo])
          }
          onRemove={(name) => {
            edits.remove(name);
          }}
        />
      );
    case 'import':
      return (
        <ImportPage
          key={page.source}
          bridge={bridge}
          source={page.source}
          onAdded={({ count, undo, onUndone }) => {
            const text = count === 1 ? 'Added 1 forward' : `Added ${count} forwards`;
            if (onUndone === undefined) edits.saved(text, [undo]);
            else edits.partlySaved(text, undo, onUndone);
          }}
          onByHand={() => onPage({ kind: 'form', name: null })}
        />
      );
  }
}
