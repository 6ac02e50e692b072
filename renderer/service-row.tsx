import { memo, type ReactElement } from 'react';
import { AddressButton } from './address-button.tsx';
import { CauseLines } from './cause-lines.tsx';
import { useCommands } from './commands.ts';
import { isSame } from './same.ts';
import type { RowView } from './service-rows.ts';
import { StateShape } from './state-shape.tsx';
import { Switch } from './switch.tsx';

interface ServiceRowProps {
  readonly row: RowView;
  /** Tab and the keyboard act on this row. */
  readonly active: boolean;
  readonly expanded: boolean;
  readonly onFocus: (name: string) => void;
  readonly onExpand: (name: string, expanded: boolean) => void;
}

/** The element's id, by which the keyboard finds a row. */
export const rowId = (name: string): string => `row-${encodeURIComponent(name)}`;

/** Drawn again only when something on it reads differently: a snapshot is always a new object. */
export const ServiceRow = memo(function ServiceRow(props: ServiceRowProps): ReactElement {
  const { row, active, expanded, onFocus, onExpand } = props;
  const { setDesired } = useCommands();
  const { name, cause } = row;
  const tabIndex = active ? 0 : -1;
  return (
    <div
      role="row"
      id={rowId(name)}
      className="row"
      data-tone={row.tone}
      data-on={row.on}
      data-name={name}
      aria-label={row.label}
      tabIndex={tabIndex}
      onFocus={() => onFocus(name)}
    >
      <StateShape tone={row.tone} />
      <div role="gridcell" className="row-text">
        <div className="row-line">
          <span className="row-name" title={row.description === null ? name : `${name}: ${row.description}`}>
            {name}
          </span>
          {row.address === null ? null : <AddressButton address={row.address} tabIndex={tabIndex} />}
        </div>
        {cause === null ? (
          <div className="row-line row-quiet">
            <span className="row-route" title={row.route}>
              {row.route}
            </span>
            <span className="row-status">{row.status}</span>
          </div>
        ) : (
          <CauseLines
            cause={cause}
            title={cause.title}
            names={[name]}
            quiet={row.causeIsShared}
            expanded={expanded}
            onExpand={(wanted) => onExpand(name, wanted)}
            tabIndex={tabIndex}
          />
        )}
      </div>
      <div role="gridcell" className="row-switch">
        <Switch
          label={name}
          on={row.on}
          tabIndex={tabIndex}
          onChange={(on) => void setDesired(name, on ? 'on' : 'off')}
        />
      </div>
    </div>
  );
}, isSame);
