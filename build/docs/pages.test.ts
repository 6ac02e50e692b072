/** `npm run docs` rewrites the generated parts. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { projectDir } from '../paths.mjs';
import { withSections } from './marked-sections.ts';
import { pageFiles } from './pages.ts';
import { reference } from './reference.ts';

const pages = pageFiles().map((file) => ({
  file,
  name: path.basename(file),
  text: readFileSync(file, 'utf8'),
}));

describe('the pages of the documentation', () => {
  it.each(pages)('$name is current', async ({ file, text }) => {
    const current = await format(withSections(text, reference), {
      ...(await resolveConfig(file)),
      filepath: file,
    });
    await expect(current, 'not current: npm run docs').toMatchFileSnapshot(file);
  });

  it('hold every generated section once', () => {
    const used = pages.flatMap(({ text }) =>
      [...text.matchAll(/<!-- generated: ([\w-]+) -->/g)].map(([, name]) => name),
    );
    expect(used.toSorted()).toEqual(Object.keys(reference).toSorted());
  });

  it('leave README short', () => {
    const words = readFileSync(path.join(projectDir, 'README.md'), 'utf8').split(/\s+/);
    expect(words.filter((word) => word !== '').length).toBeLessThanOrEqual(900);
  });

  it('refuse a marker that names no section', () => {
    expect(() => withSections('<!-- generated: nothing -->\n<!-- end -->', reference)).toThrow('nothing');
  });
});
