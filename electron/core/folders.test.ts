import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const core = import.meta.dirname;

/** The folders that each folder imports from; tests and their worlds reach wider. */
function importsOf(): ReadonlyMap<string, ReadonlySet<string>> {
  const imports = new Map<string, Set<string>>();
  for (const file of readdirSync(core, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || /\.test\.ts$|\/testing\//.test(file) || !file.includes('/')) continue;
    const folder = file.split('/')[0] ?? '';
    const found = imports.get(folder) ?? new Set();
    imports.set(folder, found);
    for (const [, specifier = ''] of readFileSync(path.join(core, file), 'utf8').matchAll(
      / from '(\..+)'/g,
    )) {
      const target = path.relative(core, path.join(core, path.dirname(file), specifier)).split('/');
      if (target.length > 1 && target[0] !== folder) found.add(target[0] ?? '');
    }
  }
  return imports;
}

function circle(imports: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] | null {
  const cleared = new Set<string>();
  const visit = (folder: string, way: readonly string[]): readonly string[] | null => {
    if (way.includes(folder)) return [...way.slice(way.indexOf(folder)), folder];
    if (cleared.has(folder)) return null;
    for (const next of imports.get(folder) ?? []) {
      const found = visit(next, [...way, folder]);
      if (found !== null) return found;
    }
    cleared.add(folder);
    return null;
  };
  for (const folder of imports.keys()) {
    const found = visit(folder, []);
    if (found !== null) return found;
  }
  return null;
}

it('no two folders of the core need each other, directly or through others', () => {
  const imports = importsOf();
  expect(imports.get('tunnel')).toContain('transport');
  expect(circle(imports)).toBeNull();
  expect(circle(new Map([...imports, ['transport', new Set(['tunnel'])]]))).toContain('tunnel');
});
