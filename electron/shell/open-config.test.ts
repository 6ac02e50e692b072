import { expect, test, vi } from 'vitest';
import { openFile } from './open-config.ts';

test('a file without a default program is shown in its folder', async () => {
  const shell = { openPath: vi.fn(() => Promise.resolve('no application')), showItemInFolder: vi.fn() };
  await openFile(shell, '/logs/postgres.log');
  expect(shell.showItemInFolder).toHaveBeenCalledWith('/logs/postgres.log');
});
