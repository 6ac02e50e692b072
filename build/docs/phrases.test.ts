/** Phrases that are not standard English, which a spelling checker cannot detect. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { projectDir } from '../paths.mjs';
import { pageFiles } from './pages.ts';

const phrases = [
  'comes back by itself',
  'ended from outside',
  'is not well',
  'is told of',
  'share their way',
  'the way is down',
  'who asked hears',
  'what is normal',
] as const;

const files = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'electron/ARCHITECTURE.md']
  .map((name) => path.join(projectDir, name))
  .concat(pageFiles())
  .map((file) => ({ file, name: path.relative(projectDir, file) }));

it.each(files)('$name is in plain English', ({ file }) => {
  const text = readFileSync(file, 'utf8').toLowerCase().replaceAll(/\s+/g, ' ');
  expect(phrases.filter((phrase) => text.includes(phrase))).toEqual([]);
});
