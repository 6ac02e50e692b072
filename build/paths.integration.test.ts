/** Scripts of the checkout, started through links. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { projectDir } from './paths.mjs';

it('knows the script that node was asked to run, also behind a link', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'entry-'));
  try {
    const build = path.join(folder, 'checkout/build');
    mkdirSync(build, { recursive: true });
    copyFileSync(path.join(projectDir, 'build/paths.mjs'), path.join(build, 'paths.mjs'));
    const asking =
      "import { isEntryPoint } from './paths.mjs';\nconsole.log(isEntryPoint(import.meta.filename));\n";
    writeFileSync(path.join(build, 'asking.mjs'), asking);
    writeFileSync(path.join(build, 'importing.mjs'), "import './asking.mjs';\n");
    symlinkSync(path.join(folder, 'checkout'), path.join(folder, 'link'));
    const run = (script: string): string =>
      execFileSync(process.execPath, [path.join(folder, script)], { encoding: 'utf8' }).trim();
    expect(run('checkout/build/asking.mjs')).toBe('true');
    expect(run('link/build/asking.mjs')).toBe('true');
    expect(run('checkout/build/importing.mjs')).toBe('false');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
