import type { ReactElement } from 'react';
import { CauseCard } from './cause-card.tsx';
import { useCommands } from './commands.ts';
import { ServiceRow } from './service-row.tsx';
import type { GroupView, ListView } from './service-rows.ts';
import { Switch } from './switch.tsx';

export interface ServiceListProps {
  readonly list: ListView;
  /** While it is filtered, a group does not stand there whole: its switch is away. */
  readonly isFiltered: boolean;
  readonly activeName: string | null;
  readonly expanded: ReadonlySet<string>;
  readonly onFocusRow: (name: string) => void;
  readonly onExpand: (key: string, expanded: boolean) => void;
}

export const gridId = 'services';

export function ServiceList(props: ServiceListProps): ReactElement {
  const { list, isFiltered, activeName, expanded, onFocusRow, onExpand } = props;
  return (
    <>
      {list.sharedCauses.map((shared) => (
        <CauseCard
          key={shared.key}
          shared={shared}
          expanded={expanded.has(shared.key)}
          onExpand={(wanted) => onExpand(shared.key, wanted)}
        />
      ))}
      <div role="grid" id={gridId} className="grid" aria-label="Forwards">
        {list.groups.map((group) => (
          <div role="rowgroup" key={group.key} className="group" aria-label={group.title ?? undefined}>
            {group.title !== null && (
              <GroupHeader group={group} title={group.title} hasSwitch={!isFiltered} />
            )}
            {group.rows.map((row) => (
              <ServiceRow
                key={row.name}
                row={row}
                active={row.name === activeName}
                expanded={expanded.has(row.name)}
                onFocus={onFocusRow}
                onExpand={onExpand}
              />
            ))}
          </div>
        ))}
      </div>
    </>
  );
}

interface GroupHeaderProps {
  readonly group: GroupView;
  readonly title: string;
  readonly hasSwitch: boolean;
}

function GroupHeader({ group, title, hasSwitch }: GroupHeaderProps): ReactElement {
  const { setGroupDesired } = useCommands();
  return (
    <div className="group-header" role="row">
      <div className="group-title" role="gridcell" title={title}>
        {title}
      </div>
      {hasSwitch && (
        <div className="group-switch" role="gridcell">
          <Switch
            label={`All of ${title}`}
            on={group.on}
            onChange={(on) => void setGroupDesired(group, on ? 'on' : 'off')}
          />
        </div>
      )}
    </div>
  );
}
