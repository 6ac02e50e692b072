import { describe, expect, it } from 'vitest';
import { keyIntent, type KeyContext, type KeyIntent } from './keyboard.ts';

const list: KeyContext = {
  page: 'list',
  focus: 'row',
  filterIsOpen: false,
  onlyTrouble: false,
  menuIsOpen: false,
  hasSelection: false,
  rowNames: ['a', 'b', 'c'],
  activeName: 'b',
};
const fresh: KeyContext = { ...list, focus: 'page', activeName: null };
const field: KeyContext = { ...list, focus: 'filter', filterIsOpen: true };

const press = (key: string, context: KeyContext = list, modifiers = {}): KeyIntent | null =>
  keyIntent({ key, command: false, shift: false, alt: false, composing: false, ...modifiers }, context);

describe('arrows', () => {
  it.each([
    ['ArrowDown', 'c'],
    ['ArrowUp', 'a'],
    ['Home', 'a'],
    ['End', 'c'],
    ['PageDown', 'c'],
    ['PageUp', 'a'],
  ])('%s moves from the middle row to %s', (key, name) => {
    expect(press(key)).toEqual({ kind: 'move', name });
  });

  it('stop at the ends', () => {
    expect(press('ArrowDown', { ...list, activeName: 'c' })).toEqual({ kind: 'move', name: 'c' });
    expect(press('ArrowUp', { ...list, activeName: 'a' })).toEqual({ kind: 'move', name: 'a' });
  });

  it('enter a list with no active row at the near end', () => {
    expect(press('ArrowDown', fresh)).toEqual({ kind: 'move', name: 'a' });
    expect(press('ArrowUp', fresh)).toEqual({ kind: 'move', name: 'c' });
  });

  it('move from the field to the row that it applies to', () => {
    expect(press('ArrowDown', { ...field, activeName: 'a' })).toEqual({ kind: 'move', name: 'a' });
  });

  it('do nothing in an empty list', () => {
    expect(press('ArrowDown', { ...fresh, rowNames: [] })).toBeNull();
  });

  it('right opens the details of a row, left returns to the list', () => {
    expect(press('ArrowRight')).toEqual({ kind: 'row-action', name: 'b', action: 'details' });
    expect(press('ArrowRight', { ...list, focus: 'control' })).toBeNull();
    expect(press('ArrowLeft', { ...list, page: 'details', focus: 'page' })).toEqual({ kind: 'back' });
    expect(press('ArrowLeft', { ...list, page: 'form', focus: 'field' })).toBeNull();
  });
});

describe('keys of a row', () => {
  const command = { command: true };
  it.each([
    ['c', command, 'copy-address'],
    ['Enter', command, 'open'],
    ['R', { ...command, shift: true }, 'restart'],
    ['l', command, 'log'],
    ['e', command, 'edit'],
    ['Backspace', {}, 'remove'],
    ['Delete', {}, 'remove'],
  ])('%s with %j means %s', (key, modifiers, action) => {
    expect(press(key, list, modifiers)).toEqual({ kind: 'row-action', name: 'b', action });
  });

  it.each([
    ['k', command],
    ['ContextMenu', {}],
    ['F10', { shift: true }],
  ])('%s with %j opens its menu', (key, modifiers) => {
    expect(press(key, list, modifiers)).toEqual({ kind: 'row-menu', name: 'b' });
  });

  it('do not remove a service from within a control, and copy a selection if there is one', () => {
    expect(press('Backspace', { ...list, focus: 'control' })).toBeNull();
    expect(press('Backspace', field)).toBeNull();
    expect(press('c', { ...list, hasSelection: true }, command)).toBeNull();
    expect(press('e', { ...list, focus: 'field' }, command)).toBeNull();
  });

  it('are left to the menu while one is open', () => {
    expect(press('ArrowDown', { ...list, menuIsOpen: true })).toBeNull();
    expect(press('Escape', { ...list, menuIsOpen: true })).toBeNull();
  });
});

describe('Space and Enter', () => {
  it('apply to the row that has the focus', () => {
    expect(press(' ')).toEqual({ kind: 'toggle', name: 'b' });
    expect(press('Enter')).toEqual({ kind: 'activate', name: 'b' });
  });

  it('are left to a control that has the focus', () => {
    const control: KeyContext = { ...list, focus: 'control' };
    expect([press(' ', control), press('Enter', control)]).toEqual([null, null]);
  });

  it('in the filter, type a space and apply to the first match', () => {
    expect(press(' ', field)).toBeNull();
    expect(press('Enter', field)).toEqual({ kind: 'activate', name: 'b' });
  });
});

describe('typing', () => {
  it.each(['r', 'R', '5', '/', 'ß', 'é', '語', 'Dead', 'Process'])(
    '%s opens the field and goes into it',
    (key) => {
      expect(press(key)).toEqual({ kind: 'type-into-filter' });
      expect(press(key, fresh)).toEqual({ kind: 'type-into-filter' });
    },
  );

  it.each(['Tab', 'Shift', 'F5', 'Meta', 'CapsLock'])('%s is not text', (key) => {
    expect(press(key)).toBeNull();
  });

  it('in the field is left to the field', () => {
    expect(press('r', field)).toBeNull();
  });

  it('ignores keys of an input method and keys with Alt', () => {
    expect(press('Enter', list, { composing: true })).toBeNull();
    expect(press('ArrowDown', list, { alt: true })).toBeNull();
  });
});

describe('Escape', () => {
  it('steps back one level: page, filter, list of what needs attention, popover', () => {
    expect(press('Escape', { ...list, page: 'settings' })).toEqual({ kind: 'back' });
    expect(press('Escape', { ...list, filterIsOpen: true, onlyTrouble: true })).toEqual({
      kind: 'close-filter',
    });
    expect(press('Escape', { ...list, onlyTrouble: true })).toEqual({ kind: 'show-all' });
    expect(press('Escape')).toEqual({ kind: 'hide' });
  });
});

describe('shortcuts', () => {
  it.each([
    ['r', { kind: 'reload' }],
    ['R', { kind: 'reload' }],
    ['o', { kind: 'open-config' }],
    [',', { kind: 'settings' }],
    ['n', { kind: 'add' }],
    ['f', { kind: 'open-filter' }],
    ['w', { kind: 'hide' }],
    ['q', { kind: 'quit' }],
    ['b', null],
  ])('command and %s mean %j', (key, intent) => {
    expect(press(key, list, { command: true })).toEqual(intent);
    expect(press(key, field, { command: true })).toEqual(intent);
  });

  it('also work on a page, except for the find key, which is left to the page', () => {
    const log: KeyContext = { ...list, page: 'log', focus: 'page' };
    expect(press(',', log, { command: true })).toEqual({ kind: 'settings' });
    expect(press('[', log, { command: true })).toEqual({ kind: 'back' });
    expect(press('f', log, { command: true })).toBeNull();
  });

  it('a text field keeps its keys, except Escape and the shortcuts', () => {
    const answer: KeyContext = { ...list, focus: 'field' };
    expect(['ArrowDown', ' ', 'Enter', 'r', 'Home'].map((key) => press(key, answer))).toEqual([
      null,
      null,
      null,
      null,
      null,
    ]);
    expect(press('Escape', answer)).toEqual({ kind: 'hide' });
    expect(press('r', answer, { command: true })).toEqual({ kind: 'reload' });
  });

  it('no key of the list works on a page', () => {
    const settings: KeyContext = { ...list, page: 'settings', focus: 'page' };
    expect(['ArrowDown', ' ', 'Enter', 'r'].map((key) => press(key, settings))).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });
});
