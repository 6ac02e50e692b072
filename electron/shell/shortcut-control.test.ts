import { expect, test } from 'vitest';
import { ShortcutControl } from './shortcut-control.ts';

function setUp(taken: readonly string[] = []) {
  const registered = new Map<string, () => void>();
  let presses = 0;
  const control = new ShortcutControl(
    {
      register: (accelerator, callback) => {
        if (accelerator === 'nonsense') throw new Error('conversion failure');
        if (taken.includes(accelerator)) return false;
        registered.set(accelerator, callback);
        return true;
      },
      unregister: (accelerator) => void registered.delete(accelerator),
    },
    () => (presses += 1),
  );
  return { control, registered, presses: () => presses };
}

test('a new shortcut replaces the previous one, and null removes it', () => {
  const { control, registered, presses } = setUp();
  control.use('Shift+Command+L');
  control.use('Control+Alt+P');
  expect([...registered.keys()]).toEqual(['Control+Alt+P']);
  registered.get('Control+Alt+P')?.();
  expect(presses()).toBe(1);
  control.use(null);
  expect([...registered.keys()]).toEqual([]);
  expect(control.isRefused).toBe(false);
});

test.each(['Command+Space', 'nonsense'])('%s is rejected, and another one is not', (accelerator) => {
  const { control, registered } = setUp(['Command+Space']);
  control.use(accelerator);
  expect([control.isRefused, registered.size]).toEqual([true, 0]);
  control.use('Control+Alt+P');
  expect([control.isRefused, registered.size]).toEqual([false, 1]);
});
