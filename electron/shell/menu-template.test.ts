import { expect, it } from 'vitest';
import { menuTemplate } from './menu-template.ts';

it('shows a label verbatim: no access keys, no control characters', () => {
  const chosen: unknown[] = [];
  const [note, command] = menuTemplate(
    [
      { kind: 'note', label: 'R&D\u0009\u202e' },
      { kind: 'command', label: 'Quit', enabled: true, action: { kind: 'quit' } },
    ],
    (action) => chosen.push(action),
  );
  expect(note).toEqual({ label: String.raw`R&&D \u202e`, enabled: false });
  command?.click?.(undefined as never, undefined, undefined as never);
  expect(chosen).toEqual([{ kind: 'quit' }]);
});
