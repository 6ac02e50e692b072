/**
 * The layout that must not change while the pointer is inside: the height of each row, and the lines above the list. A click
 * meant for one row must not land on another because a third one changed its state. Pure.
 */
import type { ListView } from './service-rows.ts';

export interface FrozenLayout {
  readonly tall: ReadonlyMap<string, boolean>;
  readonly cards: ReadonlySet<string>;
  readonly troubles: ReadonlySet<string>;
}

export const layoutOf = ({ sharedCauses, troubles, groups }: ListView): FrozenLayout => ({
  tall: new Map(groups.flatMap(({ rows }) => rows.map(({ name, isTall }) => [name, isTall]))),
  cards: new Set(sharedCauses.map(({ key }) => key)),
  troubles: new Set(troubles.map(({ name }) => name)),
});

/** The current list in the frozen layout: new cards and lines are left out for now, and rows keep their height. */
export function keepLayout(list: ListView, { tall, cards, troubles }: FrozenLayout): ListView {
  return {
    ...list,
    sharedCauses: list.sharedCauses.filter(({ key }) => cards.has(key)),
    troubles: list.troubles.filter(({ name }) => troubles.has(name)),
    moreTroubles: troubles.size === 0 ? 0 : list.moreTroubles,
    groups: list.groups.map((group) => ({
      ...group,
      rows: group.rows.map((row) => {
        const isTall = tall.get(row.name) ?? row.isTall;
        return isTall === row.isTall ? row : { ...row, isTall };
      }),
    })),
  };
}
