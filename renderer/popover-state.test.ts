import { describe, expect, it } from 'vitest';
import {
  activeRow,
  initialState,
  reducePopover,
  type PopoverAction,
  type PopoverState,
} from './popover-state.ts';

const after = (...actions: readonly PopoverAction[]): PopoverState =>
  actions.reduce(reducePopover, initialState);

describe('what the popover remembers', () => {
  it('is forgotten when it is shown again', () => {
    const used = after(
      { kind: 'filter', text: 're' },
      { kind: 'activate-row', name: 'redis' },
      { kind: 'expand', key: 'redis', expanded: true },
      { kind: 'show', view: 'settings' },
    );
    expect(used).toEqual({
      view: 'settings',
      filter: 're',
      filterIsOpen: true,
      activeName: 'redis',
      expanded: new Set(['redis']),
    });
    expect(reducePopover(used, { kind: 'reset' })).toEqual(initialState);
  });

  it('clears the filter with its field', () => {
    expect(after({ kind: 'filter', text: 're' }, { kind: 'close-filter' })).toEqual(initialState);
  });

  it('closes one cause without closing another', () => {
    const state = after(
      { kind: 'expand', key: 'a', expanded: true },
      { kind: 'expand', key: 'b', expanded: true },
      { kind: 'expand', key: 'a', expanded: false },
    );
    expect([...state.expanded]).toEqual(['b']);
  });

  it('stays the same object when the same row is chosen again', () => {
    const state = after({ kind: 'activate-row', name: 'a' });
    expect(reducePopover(state, { kind: 'activate-row', name: 'a' })).toBe(state);
  });
});

describe('the row that keys act on', () => {
  it.each([
    ['the chosen one', ['a', 'b'], 'b', 'b'],
    ['the first when none was chosen', ['a', 'b'], null, 'a'],
    ['the first when the filter hides the chosen one', ['a'], 'b', 'a'],
    ['none in an empty list', [], 'b', null],
  ])('is %s', (_, names, chosen, expected) => {
    expect(activeRow(names, chosen)).toBe(expected);
  });
});
