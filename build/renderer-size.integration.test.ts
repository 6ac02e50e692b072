import { gzipSync } from 'node:zlib';
import path from 'node:path';
import { build, stop } from 'esbuild';
import { afterAll, expect, test } from 'vitest';

/** The files that a click on the icon waits for. */
const maxGzipBytes = 130_000;

afterAll(() => stop());

test('the page of the popover stays small, and does not contain the schemas', async () => {
  const { outputFiles, metafile } = await build({
    entryPoints: [path.resolve(import.meta.dirname, '../renderer/main.tsx')],
    outdir: 'out',
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    target: 'chrome130',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  const bytes = outputFiles.reduce((sum, { contents }) => sum + gzipSync(contents).length, 0);
  expect(bytes).toBeLessThan(maxGzipBytes);
  expect(Object.keys(metafile.inputs).filter((file) => file.includes('/zod/'))).toEqual([]);
});
