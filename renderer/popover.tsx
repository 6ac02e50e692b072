import { useCallback, useEffect, useRef, type Dispatch, type ReactElement } from 'react';
import type { PopoverBridge } from '../shared/ipc-contract.ts';
import type { Commands } from './commands.ts';
import { ConfigNotice } from './config-notice.tsx';
import { configNoticeOf } from './config-notice-view.ts';
import { EmptyList } from './empty-list.tsx';
import { FilterField } from './filter-field.tsx';
import { Footer } from './footer.tsx';
import { Header, SettingsHeader } from './header.tsx';
import { InstallCommand } from './install-command.tsx';
import { HostNotices } from './host-notices.tsx';
import { activeRow, type PopoverAction, type PopoverState } from './popover-state.ts';
import { PromptCard } from './prompt-card.tsx';
import { promptViewOf } from './prompt-view.ts';
import { ServiceList } from './service-list.tsx';
import { rowId } from './service-row.tsx';
import { listViewOf } from './service-rows.ts';
import { SettingsView } from './settings.tsx';
import { useAnnouncement } from './use-announcement.ts';
import { useContentHeight } from './use-content-height.ts';
import { usePopoverKeys } from './use-popover-keys.ts';
import type { SnapshotInTime } from './use-snapshot.ts';

interface PopoverProps {
  readonly bridge: PopoverBridge;
  readonly commands: Commands;
  readonly current: SnapshotInTime;
  readonly state: PopoverState;
  readonly dispatch: Dispatch<PopoverAction>;
}

export function Popover({ bridge, commands, current, state, dispatch }: PopoverProps): ReactElement {
  const { snapshot, now } = current;
  const { services } = snapshot;
  const { view, filter, filterIsOpen, expanded } = state;
  const list = listViewOf(services, filter, now);
  const active = activeRow(list.rowNames, state.activeName);
  const notice = configNoticeOf(snapshot);

  const root = useContentHeight(commands.setHeight);
  const field = useRef<HTMLInputElement>(null);
  const announcement = useAnnouncement(services);

  useEffect(
    () =>
      bridge.on('popover:shown', () => {
        dispatch({ kind: 'reset' });
        if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
        root.current?.querySelector<HTMLElement>('.prompt-field')?.focus();
        root.current?.querySelector('main')?.scrollTo(0, 0);
      }),
    [bridge, dispatch, root],
  );

  usePopoverKeys({ platform: bridge.platform, commands, services, list, state, dispatch, field });

  const onFocusRow = useCallback((name: string) => dispatch({ kind: 'activate-row', name }), [dispatch]);
  const onExpand = useCallback(
    (key: string, wanted: boolean) => dispatch({ kind: 'expand', key, expanded: wanted }),
    [dispatch],
  );
  const show = (wanted: PopoverState['view']): void => dispatch({ kind: 'show', view: wanted });

  return (
    <div className="popover" ref={root}>
      {view === 'settings' ? <SettingsHeader onBack={() => show('list')} /> : <Header services={services} />}
      {view === 'list' && filterIsOpen && (
        <FilterField
          ref={field}
          text={filter}
          activeRowId={active === null ? null : rowId(active)}
          onChange={(text) => dispatch({ kind: 'filter', text })}
          onLeaveEmpty={() => dispatch({ kind: 'close-filter' })}
        />
      )}
      <main className="scroll">
        <div className="content" data-measured>
          {/* Whatever else is shown: a server waits, and no notification comes while the popover is open. */}
          {snapshot.prompts.map(promptViewOf).map((prompt) => (
            <PromptCard key={prompt.id} prompt={prompt} />
          ))}
          {view === 'settings' ? (
            <SettingsView bridge={bridge} snapshot={snapshot} />
          ) : (
            <>
              {notice !== null && filter === '' && (
                <ConfigNotice notice={notice}>
                  {notice.kind === 'welcome' && <InstallCommand bridge={bridge} />}
                </ConfigNotice>
              )}
              {filter === '' && <HostNotices notices={snapshot.host.notices} />}
              <ServiceList
                list={list}
                isFiltered={filter !== ''}
                activeName={active}
                expanded={expanded}
                onFocusRow={onFocusRow}
                onExpand={onExpand}
              />
              {list.rowNames.length === 0 &&
                (filter !== '' || (notice?.kind !== 'broken' && notice?.kind !== 'untrusted')) && (
                  <EmptyList filter={filter} />
                )}
            </>
          )}
        </div>
      </main>
      <Footer
        commandKey={bridge.platform === 'darwin' ? '⌘' : 'Ctrl+'}
        settingsAreOpen={view === 'settings'}
        onSettings={() => show(view === 'settings' ? 'list' : 'settings')}
      />
      <p className="visually-hidden" role="status">
        {announcement}
      </p>
    </div>
  );
}
