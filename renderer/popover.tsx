import {
  useCallback,
  useEffect,
  useEffectEvent,
  useRef,
  useState,
  type Dispatch,
  type ReactElement,
} from 'react';
import type { LinkCard } from '../shared/app-link.ts';
import type { PopoverBridge } from '../shared/ipc-contract.ts';
import { AppMenu } from './app-menu.tsx';
import type { Commands } from './commands.ts';
import { FilterField } from './filter-field.tsx';
import { Footer } from './footer.tsx';
import { Header, PageHeader } from './header.tsx';
import { LinkQuestion } from './link-question.tsx';
import { ListPage } from './list-page.tsx';
import { menuPlaceBeside, menuPlaceOfRow } from './menu-place.ts';
import type { MenuPlace } from './menu.tsx';
import { pageTitle, type Page } from './pages.ts';
import { PageView } from './pages/page-view.tsx';
import { performRowAction } from './perform-row-action.ts';
import { activeRow, shownState, unfinished, type PopoverAction, type PopoverState } from './popover-state.ts';
import { PromptCard } from './prompt-card.tsx';
import { promptViewOf } from './prompt-view.ts';
import type { RowActionKind } from './row-actions.ts';
import { RowMenu } from './row-menu.tsx';
import { rowId, type RowHandlers } from './service-row.tsx';
import { listViewOf } from './service-rows.ts';
import { UndoBar } from './undo-bar.tsx';
import { useAnnouncement } from './use-announcement.ts';
import { useBack } from './use-back.ts';
import { useContentSize } from './use-content-size.ts';
import { useEdits } from './use-edits.ts';
import { useFrozenLayout } from './use-frozen-layout.ts';
import { usePopoverKeys } from './use-popover-keys.ts';
import { useReveal } from './use-reveal.ts';
import type { SnapshotInTime } from './use-snapshot.ts';

interface PopoverProps {
  readonly bridge: PopoverBridge;
  readonly commands: Commands;
  readonly current: SnapshotInTime;
  /** The question from a link. */
  readonly link: LinkCard | null;
  readonly state: PopoverState;
  readonly dispatch: Dispatch<PopoverAction>;
}

/** Fits the longest menu. */
const menuHeightPx = 380;

export function Popover(props: PopoverProps): ReactElement {
  const { bridge, commands, current, link, dispatch } = props;
  const { snapshot, now } = current;
  const { services } = snapshot;
  const state = shownState(props.state, snapshot);
  const { pages, filter, filterIsOpen, onlyTrouble, expanded, folded, menu } = state;
  const page = pages.at(-1) ?? null;
  const query = { filter, onlyTrouble, folded };
  const lookedFor = JSON.stringify([filter, onlyTrouble, [...folded], [...expanded], page, state.confirming]);
  const layout = useFrozenLayout(listViewOf(services, query, now), lookedFor);
  const { list } = layout;
  const active = activeRow(list.rowNames, state.activeName);
  const [menuPlace, setMenuPlace] = useState<MenuPlace>({ x: 0, y: 0 });
  const announcement = useAnnouncement(snapshot);
  const field = useRef<HTMLInputElement>(null);
  const keptHeight = layout.isFrozen && page === null ? `frozen ${lookedFor}` : null;
  const root = useContentSize({
    report: commands.setSize,
    keep: filterIsOpen && page === null ? 'filter' : keptHeight,
    atLeast: menu === null ? 0 : menuHeightPx,
  });
  const { back, onFocus, forget } = useBack(pages, dispatch);
  const edits = useEdits(bridge, back);

  const onShown = useEffectEvent(() => {
    forget();
    dispatch({ kind: 'reset' });
    // An unfinished form keeps its scroll position.
    if (unfinished(pages).length > 0) return;
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    root.current?.querySelector<HTMLElement>('.link-no, .prompt-field')?.focus();
    root.current?.querySelector('main')?.scrollTo(0, 0);
  });
  useEffect(() => bridge.on('popover:shown', () => onShown()), [bridge]);

  const onPage = (next: Page): void => dispatch({ kind: 'push', page: next });
  const onRowAction = (name: string, action: RowActionKind): void =>
    performRowAction(name, action, { commands, snapshot, onPage, onRemove: edits.remove });
  const handlers = useRowHandlers(dispatch, setMenuPlace);
  useReveal({ bridge, commands, services, dispatch });
  usePopoverKeys({
    platform: bridge.platform,
    commands,
    services,
    list,
    state,
    dispatch,
    field,
    onPage,
    onBack: back,
    onRowAction,
    onRowMenu: handlers.onMenu,
  });
  const menuService = menu?.kind === 'row' ? services.find(({ name }) => name === menu.name) : undefined;
  const closeMenu = useCallback(() => dispatch({ kind: 'close-menu' }), [dispatch]);

  return (
    <div
      className="popover"
      ref={root}
      onFocus={onFocus}
      onPointerEnter={layout.onPointerEnter}
      onPointerLeave={layout.onPointerLeave}
    >
      {page === null ? (
        <Header
          snapshot={snapshot}
          onlyTrouble={onlyTrouble}
          onOnlyTrouble={(only) => dispatch({ kind: 'only-trouble', only })}
          onAdd={() => onPage({ kind: 'form', name: null })}
        />
      ) : (
        <PageHeader title={pageTitle(page)} onBack={back} />
      )}
      {page === null && filterIsOpen && (
        <FilterField
          ref={field}
          text={filter}
          activeRowId={active === null ? null : rowId(active)}
          onChange={(text) => dispatch({ kind: 'filter', text })}
          onLeaveEmpty={() => dispatch({ kind: 'close-filter' })}
        />
      )}
      <main className="scroll" aria-label={page === null ? 'Forwards' : pageTitle(page)}>
        <div className="content" data-measured>
          {link !== null && (
            <LinkQuestion
              key={link.id}
              card={link}
              onAnswer={(yes) => void commands.answerLink(link.id, yes)}
            />
          )}
          {/* Always shown: a server is waiting, and there are no notifications while the popover is open. */}
          {snapshot.prompts.map(promptViewOf).map((prompt) => (
            <PromptCard key={prompt.id} prompt={prompt} />
          ))}
          {page === null ? (
            <ListPage
              bridge={bridge}
              snapshot={snapshot}
              list={list}
              state={{ ...state, activeName: active }}
              dispatch={dispatch}
              handlers={handlers}
            />
          ) : (
            <PageView
              page={page}
              bridge={bridge}
              current={current}
              onPage={onPage}
              onRowAction={onRowAction}
              edits={edits}
            />
          )}
        </div>
      </main>
      {/* In the form it would cover what the form answers; a message about the form has no tokens. */}
      {edits.undoable !== null && (page?.kind !== 'form' || edits.undoable.tokens.length === 0) && (
        <UndoBar undoable={edits.undoable} onUndo={edits.undo} onGone={edits.forget} />
      )}
      {page === null && (
        <Footer
          menuIsOpen={menu?.kind === 'app'}
          onAdd={() => onPage({ kind: 'form', name: null })}
          onSettings={() => onPage({ kind: 'settings' })}
          onMenu={() => {
            setMenuPlace(menuPlaceBeside('.app-menu-button'));
            dispatch({ kind: 'open-menu', menu: { kind: 'app' } });
          }}
        />
      )}
      {menu?.kind === 'app' && (
        <AppMenu
          platform={bridge.platform}
          services={services}
          place={menuPlace}
          onPage={onPage}
          onClose={closeMenu}
        />
      )}
      {menuService !== undefined && (
        <RowMenu
          service={menuService}
          isWelcome={snapshot.config.status === 'welcome'}
          platform={bridge.platform}
          place={menuPlace}
          onAction={onRowAction}
          onClose={closeMenu}
        />
      )}
      <p className="visually-hidden" role="status">
        {announcement}
      </p>
    </div>
  );
}

/** Stable for the popover's lifetime, so that rows are not rendered again because of them. */
function useRowHandlers(
  dispatch: Dispatch<PopoverAction>,
  placeMenu: (place: MenuPlace) => void,
): RowHandlers {
  const [handlers] = useState((): RowHandlers => ({
    onFocus: (name) => dispatch({ kind: 'activate-row', name }),
    onExpand: (key, wanted) => dispatch({ kind: 'expand', key, expanded: wanted }),
    onConfirm: (name) => {
      dispatch({ kind: 'confirm', name });
      if (name === null) document.querySelector<HTMLElement>('.row[data-active=true]')?.focus();
    },
    onMenu: (name, place) => {
      placeMenu(place ?? menuPlaceOfRow(name));
      dispatch({ kind: 'activate-row', name });
      dispatch({ kind: 'open-menu', menu: { kind: 'row', name } });
    },
  }));
  return handlers;
}
