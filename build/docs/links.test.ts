import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectDir } from '../paths.mjs';
import { anchorsOf, relativeLinks } from './links.ts';
import { pageFiles } from './pages.ts';

const files = [
  ...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'electron/ARCHITECTURE.md'].map((name) =>
    path.join(projectDir, name),
  ),
  ...pageFiles(),
].map((file) => ({ file, name: path.relative(projectDir, file) }));

function deadLinks(file: string): readonly string[] {
  const text = readFileSync(file, 'utf8');
  return relativeLinks(text).filter((link) => {
    const [target = '', anchor] = link.split('#', 2);
    const linked = target === '' ? file : path.resolve(path.dirname(file), target);
    if (!existsSync(linked)) return true;
    return anchor !== undefined && !anchorsOf(readFileSync(linked, 'utf8')).has(anchor);
  });
}

describe('links', () => {
  it.each(files)('of $name lead to files and headings that exist', ({ file }) => {
    expect(deadLinks(file)).toEqual([]);
  });

  it('are found in text and pictures, but not in code or with a scheme', () => {
    const text = '[a](b.md#c) `[x](y)` [web](https://example.com)\n\n```\n[z](z)\n```\n<img src="p.png" />';
    expect(relativeLinks(text)).toEqual(['b.md#c', 'p.png']);
  });

  it('match headings by their remaining words', () => {
    const text = '# Keys of `a_b`\n## From 0.3.7\n## Twice\n## Twice\n```sh\n# none\n```\n';
    expect([...anchorsOf(text)]).toEqual(['keys-of-a_b', 'from-037', 'twice', 'twice-1']);
  });
});

it('each source file that ARCHITECTURE names exists', () => {
  const sources = ['shared', 'electron', 'renderer', 'build', 'e2e'].flatMap((folder) =>
    readdirSync(path.join(projectDir, folder), { recursive: true }).map(
      (file) => `/${folder}/${String(file)}`,
    ),
  );
  const text = readFileSync(path.join(projectDir, 'electron/ARCHITECTURE.md'), 'utf8');
  const named = [...text.matchAll(/`([\w/-][\w./-]*\.(?:ts|tsx|mjs))`/g)].map(([, name = '']) => name);
  expect(named.length).toBeGreaterThan(50);
  expect(named.filter((name) => !sources.some((file) => file.endsWith(`/${name}`)))).toEqual([]);
});
