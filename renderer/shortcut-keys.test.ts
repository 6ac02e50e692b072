import { expect, test } from 'vitest';
import { acceleratorOf, acceleratorText, type PressedKeys } from './shortcut-keys.ts';

const none: PressedKeys = { key: 'l', code: 'KeyL', meta: false, ctrl: false, alt: false, shift: false };

test.each<[Partial<PressedKeys>, string, string | null]>([
  [{ meta: true, shift: true }, 'darwin', 'Shift+Command+L'],
  [{ ctrl: true, alt: true, code: 'Digit4' }, 'linux', 'Control+Alt+4'],
  [{ meta: true, code: 'Space' }, 'linux', 'Super+Space'],
  [{ alt: true, shift: true }, 'linux', 'Alt+Shift+L'],
  [{ ctrl: true, code: 'F5' }, 'linux', 'Control+F5'],
  // These type letters, or are only modifiers.
  [{}, 'darwin', null],
  [{ shift: true }, 'darwin', null],
  [{ alt: true }, 'darwin', null],
  [{ meta: true, code: 'MetaLeft' }, 'darwin', null],
])('%j on %s is %j', (keys, platform, accelerator) => {
  expect(acceleratorOf({ ...none, ...keys }, platform)).toBe(accelerator);
});

test('a shortcut is shown in the platform’s format', () => {
  expect(acceleratorText('Shift+Command+L', 'darwin')).toBe('⇧⌘L');
  expect(acceleratorText('Control+Alt+4', 'linux')).toBe('Ctrl+Alt+4');
});
