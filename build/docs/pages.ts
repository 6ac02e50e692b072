/** The pages of the documentation, as files. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { projectDir } from '../paths.mjs';

export const docsFolder = path.join(projectDir, 'electron/docs');

/** Paths of all pages, sorted. */
export const pageFiles = (): readonly string[] =>
  readdirSync(docsFolder)
    .filter((name) => name.endsWith('.md'))
    .toSorted()
    .map((name) => path.join(docsFolder, name));
