import path from 'node:path';
import { build, stop } from 'esbuild';
import { afterAll, expect, it } from 'vitest';

afterAll(() => stop());

const projectDir = path.resolve(import.meta.dirname, '../../../..');

/** Every module that loads when the daemon starts: those reachable without an `import()`. */
async function modulesAtStart(): Promise<readonly string[]> {
  const { metafile } = await build({
    absWorkingDir: projectDir,
    entryPoints: ['electron/daemon.ts'],
    outfile: 'daemon.cjs',
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    logLevel: 'silent',
  });
  const reached = new Set<string>();
  const visit = (module: string): void => {
    if (reached.has(module)) return;
    reached.add(module);
    for (const { path: imported, kind, external } of metafile.inputs[module]?.imports ?? [])
      if (kind !== 'dynamic-import' && external !== true) visit(imported);
  };
  visit('electron/daemon.ts');
  expect(Object.keys(metafile.inputs)).toContain('node_modules/pg/lib/index.js');
  return [...reached];
}

it('loads the PostgreSQL library only with the first check that logs in', async () => {
  const modules = await modulesAtStart();
  expect(modules).toContain('electron/core/health/probes/postgres-login.ts');
  expect(modules.filter((module) => module.startsWith('node_modules/pg'))).toEqual([]);
});

it('leaves parsing YAML to the worker that compiles configs', async () => {
  const modules = await modulesAtStart();
  expect(modules).toContain('electron/core/config/worker-compiler.ts');
  expect(modules.filter((module) => /node_modules\/yaml|config-compiler/.test(module))).toEqual([]);
});
