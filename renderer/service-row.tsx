import { memo, type MouseEvent, type ReactElement } from 'react';
import { AddressButton } from './address-button.tsx';
import { CauseLines } from './cause-lines.tsx';
import { useCommands } from './commands.ts';
import { ConfirmOn } from './confirm-on.tsx';
import { IconButton } from './icon-button.tsx';
import { MoreIcon } from './icons.tsx';
import { MiddleCut } from './middle-cut.tsx';
import { isSame } from './same.ts';
import type { RowView } from './service-rows.ts';
import { StateShape } from './state-shape.tsx';
import { Switch } from './switch.tsx';

export interface RowHandlers {
  readonly onFocus: (name: string) => void;
  readonly onExpand: (key: string, expanded: boolean) => void;
  /** `place`: the position of the pointer; absent: beside its button. */
  readonly onMenu: (name: string, place?: { readonly x: number; readonly y: number }) => void;
  /** The guarded service whose switch needs confirmation; null: none. */
  readonly onConfirm: (name: string | null) => void;
}

interface ServiceRowProps {
  readonly row: RowView;
  /** Whether this is the active row, for Tab and other keys. */
  readonly active: boolean;
  readonly expanded: boolean;
  readonly confirming: boolean;
  readonly menuIsOpen: boolean;
  readonly handlers: RowHandlers;
}

/** The ID of the row's element, used to move the focus. */
export const rowId = (name: string): string => `row-${encodeURIComponent(name)}`;

/** Rendered again only if its content changes; every snapshot is a new object. */
export const ServiceRow = memo(function ServiceRow(props: ServiceRowProps): ReactElement {
  const { row, active, expanded, confirming, menuIsOpen, handlers } = props;
  const { setDesired } = useCommands();
  const { name } = row;
  const tabIndex = active ? 0 : -1;
  const onContextMenu = (event: MouseEvent): void => {
    event.preventDefault();
    handlers.onMenu(name, { x: event.clientX, y: event.clientY });
  };
  return (
    <div
      role="row"
      id={rowId(name)}
      className="row"
      data-tone={row.tone}
      data-tall={row.isTall}
      data-active={active}
      data-name={name}
      aria-label={row.label}
      tabIndex={tabIndex}
      onFocus={() => handlers.onFocus(name)}
      onContextMenu={onContextMenu}
    >
      <StateShape tone={row.isQuiet ? 'checking' : row.tone} />
      <div role="gridcell" className="row-text">
        <div className="row-line">
          <span className="row-name" title={row.description === null ? name : `${name}: ${row.description}`}>
            <MiddleCut text={name} hit={row.hit} />
            {row.guard !== null && <span className="guard-mark" title={row.guard.text} />}
          </span>
          {row.address === null || row.port === null ? null : (
            <AddressButton address={row.address} shown={row.port} tabIndex={tabIndex} />
          )}
        </div>
        {confirming && row.guard !== null ? (
          <ConfirmOn
            question={row.guard}
            onAnswer={(yes) => {
              handlers.onConfirm(null);
              if (yes) void setDesired(name, 'on');
            }}
          />
        ) : (
          <SecondLine row={row} expanded={expanded} tabIndex={tabIndex} onExpand={handlers.onExpand} />
        )}
      </div>
      <div role="gridcell" className="row-controls">
        <Switch
          label={name}
          on={row.on}
          tabIndex={tabIndex}
          onChange={(on) => {
            if (on && row.guard !== null) handlers.onConfirm(name);
            else void setDesired(name, on ? 'on' : 'off');
          }}
        />
        <IconButton
          className="row-menu-button"
          label={`More for ${name}`}
          icon={<MoreIcon />}
          tabIndex={tabIndex}
          menuIsOpen={menuIsOpen}
          onClick={() => handlers.onMenu(name)}
        />
      </div>
    </div>
  );
}, isSame);

type SecondLineProps = Pick<ServiceRowProps, 'row' | 'expanded'> & {
  readonly tabIndex: 0 | -1;
  readonly onExpand: RowHandlers['onExpand'];
};

/** The route and status; or, for a row in trouble, two lines about what happened. */
function SecondLine({ row, expanded, tabIndex, onExpand }: SecondLineProps): ReactElement {
  const { name, cause } = row;
  if (cause === null || row.isQuiet) {
    return (
      <div className="row-line row-quiet">
        <span className="row-route" title={row.route}>
          <MiddleCut text={row.route} />
        </span>
        <span className="row-status">{row.status}</span>
      </div>
    );
  }
  return (
    <CauseLines
      cause={cause}
      title={cause.title}
      names={[name]}
      // There was no trouble when the pointer entered, so the third line waits until it leaves.
      isBrief={!row.isTall}
      expanded={expanded}
      onExpand={(wanted) => onExpand(name, wanted)}
      tabIndex={tabIndex}
    />
  );
}
