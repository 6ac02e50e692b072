import { describe, expect, it } from 'vitest';
import {
  activeRow,
  initialState,
  reducePopover,
  shownState,
  type PopoverAction,
  type PopoverState,
} from './popover-state.ts';
import { retrying, snapshotOf, up } from './testing/service-samples.ts';

const after = (...actions: readonly PopoverAction[]): PopoverState =>
  actions.reduce(reducePopover, initialState);

describe('the popover state', () => {
  it('is reset when the popover is shown again', () => {
    const used = after(
      { kind: 'filter', text: 're' },
      { kind: 'activate-row', name: 'redis' },
      { kind: 'expand', key: 'redis', expanded: true },
      { kind: 'only-trouble', only: true },
      { kind: 'confirm', name: 'redis' },
      { kind: 'open-menu', menu: { kind: 'app' } },
    );
    expect(used).toEqual({
      ...initialState,
      filter: 're',
      filterIsOpen: true,
      onlyTrouble: true,
      activeName: 'redis',
      expanded: new Set(['redis']),
      menu: { kind: 'app' },
      confirming: 'redis',
    });
    expect(reducePopover(used, { kind: 'reset' })).toEqual(initialState);
  });

  it('keeps an unfinished form', () => {
    const used = after(
      { kind: 'push', page: { kind: 'settings' } },
      { kind: 'push', page: { kind: 'form', name: null } },
      { kind: 'reset' },
    );
    expect(used.pages).toEqual([{ kind: 'form', name: null }]);
  });

  it('lists what needs attention after a notification is clicked, below an unfinished form', () => {
    const form = { kind: 'form', name: null } as const;
    const used = after(
      { kind: 'filter', text: 're' },
      { kind: 'push', page: { kind: 'settings' } },
      { kind: 'push', page: form },
      { kind: 'reveal', name: 'redis' },
    );
    expect(used).toEqual({ ...initialState, pages: [form], onlyTrouble: true, activeName: 'redis' });
  });

  it('keeps the collapsed groups', () => {
    const used = after({ kind: 'fold', key: 'web', folded: true }, { kind: 'reset' });
    expect([...used.folded]).toEqual(['web']);
  });

  it('pushes pages, closes what covers them, and returns the same way', () => {
    const used = after(
      { kind: 'open-menu', menu: { kind: 'row', name: 'a' } },
      { kind: 'push', page: { kind: 'details', name: 'a' } },
      { kind: 'push', page: { kind: 'log', name: 'a' } },
    );
    expect([used.menu, used.pages.map(({ kind }) => kind)]).toEqual([null, ['details', 'log']]);
    const back = reducePopover(used, { kind: 'back' });
    expect(back.pages).toEqual([{ kind: 'details', name: 'a' }]);
    expect(reducePopover(reducePopover(back, { kind: 'back' }), { kind: 'back' }).pages).toEqual([]);
  });

  it('returns to a page that is already open', () => {
    const used = after(
      { kind: 'push', page: { kind: 'settings' } },
      { kind: 'push', page: { kind: 'about' } },
      { kind: 'push', page: { kind: 'settings' } },
    );
    expect(used.pages).toEqual([{ kind: 'settings' }]);
  });

  it('clears the filter when its field is closed', () => {
    expect(after({ kind: 'filter', text: 're' }, { kind: 'close-filter' })).toEqual(initialState);
  });

  it('collapses one cause without collapsing another', () => {
    const state = after(
      { kind: 'expand', key: 'a', expanded: true },
      { kind: 'expand', key: 'b', expanded: true },
      { kind: 'expand', key: 'a', expanded: false },
    );
    expect([...state.expanded]).toEqual(['b']);
  });

  it('stays the same object when the active row is chosen again', () => {
    const state = after({ kind: 'activate-row', name: 'a' });
    expect(reducePopover(state, { kind: 'activate-row', name: 'a' })).toBe(state);
  });
});

describe('the active row', () => {
  it.each([
    ['the chosen one', ['a', 'b'], 'b', 'b'],
    ['the first when none was chosen', ['a', 'b'], null, 'a'],
    ['the first when the filter hides the chosen one', ['a'], 'b', 'a'],
    ['none in an empty list', [], 'b', null],
  ])('is %s', (_, names, chosen, expected) => {
    expect(activeRow(names, chosen)).toBe(expected);
  });
});

describe('the shown state', () => {
  const used = after(
    { kind: 'only-trouble', only: true },
    { kind: 'open-menu', menu: { kind: 'row', name: 'redis' } },
  );

  it('is the state as long as the snapshot has what it shows', () => {
    expect(shownState(used, snapshotOf([retrying('redis', ['exited'])]))).toEqual(used);
    const appMenu = after({ kind: 'open-menu', menu: { kind: 'app' } });
    expect(shownState(appMenu, snapshotOf([]))).toEqual(appMenu);
  });

  it('has no menu of a removed service, and no list of what needs attention when nothing does', () => {
    expect(shownState(used, snapshotOf([up('kafka')]))).toEqual(initialState);
  });
});
