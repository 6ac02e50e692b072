import { rmSync } from 'node:fs';
import { afterAll, beforeAll } from 'vitest';
import { installCommand } from './installed-command.ts';

/** Installs the command once for the tests of a file. The folder is known when they run. */
export function installForFile(): { readonly folder: string } {
  let folder = '';
  beforeAll(() => {
    folder = installCommand();
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    get folder() {
      return folder;
    },
  };
}
