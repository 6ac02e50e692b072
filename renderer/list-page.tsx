import { useCallback, type Dispatch, type ReactElement } from 'react';
import type { PopoverBridge } from '../shared/ipc-contract.ts';
import type { Snapshot } from '../shared/service-snapshot.ts';
import { ConfigNotice } from './config-notice.tsx';
import { configNoticeOf } from './config-notice-view.ts';
import { EmptyList } from './empty-list.tsx';
import { FirstRun } from './first-run.tsx';
import { HostNotices } from './host-notices.tsx';
import type { PopoverAction, PopoverState } from './popover-state.ts';
import { ServiceList } from './service-list.tsx';
import type { RowHandlers } from './service-row.tsx';
import type { ListView } from './service-rows.ts';

interface ListPageProps {
  readonly bridge: PopoverBridge;
  readonly snapshot: Snapshot;
  readonly list: ListView;
  readonly state: PopoverState;
  readonly dispatch: Dispatch<PopoverAction>;
  readonly handlers: RowHandlers;
}

/** All forwards, below any notices about the config and LocalPort itself. */
export function ListPage({ bridge, snapshot, list, state, dispatch, handlers }: ListPageProps): ReactElement {
  const { filter, onlyTrouble, menu } = state;
  const isSearching = filter !== '' || onlyTrouble;
  const notice = configNoticeOf(snapshot);
  const isWelcome = snapshot.config.status === 'welcome';
  const onFold = useCallback(
    (key: string, folded: boolean) => {
      dispatch({ kind: 'fold', key, folded });
    },
    [dispatch],
  );
  return (
    <>
      {isWelcome && !isSearching && (
        <FirstRun
          bridge={bridge}
          demoName={snapshot.services[0]?.name ?? null}
          onPage={(page) => dispatch({ kind: 'push', page })}
        />
      )}
      {notice !== null && filter === '' && <ConfigNotice notice={notice} />}
      {!isSearching && <HostNotices notices={snapshot.host.notices} />}
      <ServiceList
        list={list}
        isSearching={isSearching}
        activeName={state.activeName}
        expanded={state.expanded}
        confirming={state.confirming}
        menuOf={menu?.kind === 'row' ? menu.name : null}
        handlers={handlers}
        onFold={onFold}
        onMoreTroubles={() => dispatch({ kind: 'only-trouble', only: true })}
      />
      {list.groups.length === 0 && (filter !== '' || (notice === null && !isWelcome && !onlyTrouble)) && (
        <EmptyList
          filter={filter}
          onAdd={() => dispatch({ kind: 'push', page: { kind: 'form', name: null } })}
        />
      )}
    </>
  );
}
