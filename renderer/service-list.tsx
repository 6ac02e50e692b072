import { memo, type ReactElement } from 'react';
import { CauseCard } from './cause-card.tsx';
import { useCommands, type ServiceGroup } from './commands.ts';
import { ChevronIcon } from './icons.tsx';
import { isSame } from './same.ts';
import { ServiceRow, rowId, type RowHandlers } from './service-row.tsx';
import type { GroupView, ListView, TroubleLine } from './service-rows.ts';
import { useDrawnRows } from './use-drawn-rows.ts';
import { StateShape } from './state-shape.tsx';
import { Switch } from './switch.tsx';

export interface ServiceListProps {
  readonly list: ListView;
  /** While filtering, a group may be incomplete, so it has no switch and cannot be collapsed. */
  readonly isSearching: boolean;
  readonly activeName: string | null;
  readonly expanded: ReadonlySet<string>;
  readonly confirming: string | null;
  /** The service whose menu is open. */
  readonly menuOf: string | null;
  readonly handlers: RowHandlers;
  readonly onFold: (key: string, folded: boolean) => void;
  /** Lists only services that need attention. */
  readonly onMoreTroubles: () => void;
}

export const gridId = 'services';

export function ServiceList(props: ServiceListProps): ReactElement {
  const { list, isSearching, activeName, expanded, confirming, menuOf, handlers, onFold } = props;
  const groups = useDrawnRows(list.groups);
  return (
    <>
      {list.sharedCauses.map((shared) => (
        <CauseCard
          key={shared.key}
          shared={shared}
          expanded={expanded.has(shared.key)}
          onExpand={(wanted) => handlers.onExpand(shared.key, wanted)}
        />
      ))}
      <Troubles list={list} onMore={props.onMoreTroubles} />
      <div role="grid" id={gridId} className="grid" aria-label="Forwards" hidden={list.groups.length === 0}>
        {groups.map((group) => (
          <div role="rowgroup" key={group.key} className="group" aria-label={group.title ?? undefined}>
            {group.title !== null && (
              <GroupHeader group={{ ...group, rows: [] }} isSearching={isSearching} onFold={onFold} />
            )}
            {group.rows.map((row) => (
              <ServiceRow
                key={row.name}
                row={row}
                active={row.name === activeName}
                expanded={expanded.has(row.name)}
                confirming={row.name === confirming}
                menuIsOpen={row.name === menuOf}
                handlers={handlers}
              />
            ))}
          </div>
        ))}
      </div>
    </>
  );
}

/** The services in trouble of a long list, one line each; a click moves to the row. */
function Troubles({
  list,
  onMore,
}: {
  readonly list: ListView;
  readonly onMore: () => void;
}): ReactElement | null {
  const { troubles, moreTroubles } = list;
  if (troubles.length === 0) return null;
  return (
    <section className="card troubles" data-kind="trouble" aria-label="Needs attention">
      {troubles.map((line) => (
        <TroubleButton key={line.name} line={line} />
      ))}
      {moreTroubles > 0 && (
        <button type="button" className="trouble-line trouble-more" onClick={onMore}>
          Show {moreTroubles} more
        </button>
      )}
    </section>
  );
}

function TroubleButton({ line: { name, title } }: { readonly line: TroubleLine }): ReactElement {
  return (
    <button
      type="button"
      className="trouble-line"
      title={`${name}: ${title}`}
      onClick={() => document.getElementById(rowId(name))?.focus()}
    >
      <StateShape tone="trouble" />
      <span className="trouble-name">{name}</span>
      <span className="trouble-title">{title}</span>
    </button>
  );
}

interface GroupHeaderProps {
  /** The group without its rows, which change more often. */
  readonly group: GroupView;
  readonly isSearching: boolean;
  readonly onFold: (key: string, folded: boolean) => void;
}

const GroupHeader = memo(function GroupHeader({
  group,
  isSearching,
  onFold,
}: GroupHeaderProps): ReactElement {
  const { setGroupDesired } = useCommands();
  const { title, count, tone, isFolded } = group;
  return (
    <div className="group-header" role="row">
      <div className="group-title-cell" role="gridcell">
        <button
          type="button"
          className="group-title"
          aria-expanded={!isFolded}
          disabled={isSearching}
          title={title ?? undefined}
          onClick={() => onFold(group.key, !isFolded)}
        >
          <ChevronIcon />
          <span className="group-name">{title}</span>
        </button>
      </div>
      <div className="group-count" role="gridcell">
        {isFolded && tone === 'trouble' && <StateShape tone="trouble" />}
        {count}
      </div>
      <div className="group-switch" role="gridcell">
        {!isSearching && (
          <Switch
            label={`All of ${title ?? ''}`}
            on={group.on}
            onChange={(on) => void setGroupDesired(on ? turnedOn(group) : group, on ? 'on' : 'off')}
          />
        )}
      </div>
    </div>
  );
}, isSame);

/** Leaves out guarded services, which are turned on one at a time. */
const turnedOn = ({ tag, names, turnsOn }: GroupView): ServiceGroup => ({
  tag: turnsOn.length === names.length ? tag : null,
  names: turnsOn,
});
