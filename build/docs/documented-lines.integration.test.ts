/** Each command line of README and the documentation, run in order by a new user. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectDir } from '../paths.mjs';
import { type CommandLine, commandLinesOf } from './command-lines.ts';
import { pageFiles } from './pages.ts';
import { DocumentedWorld } from './testing/documented-world.ts';

const linesOf = (file: string): readonly CommandLine[] => commandLinesOf(readFileSync(file, 'utf8'));

const readme = linesOf(path.join(projectDir, 'README.md'));
const pages = pageFiles().map((file) => ({ name: path.basename(file), lines: linesOf(file) }));

let world: DocumentedWorld;

beforeAll(async () => {
  world = await DocumentedWorld.open();
}, 60_000);

afterAll(() => world.close());

const failuresOf = async (lines: readonly CommandLine[]): Promise<readonly unknown[]> => {
  const failures: unknown[] = [];
  for (const { text, at } of lines) {
    const { code, out, err } = await world.run(text);
    if (code !== 0) failures.push({ at, text, code, out: out.slice(-500), err: err.slice(-500) });
  }
  return failures;
};

describe('the command lines of README', () => {
  it('lead a new user to a forward that carries bytes', async () => {
    expect(await failuresOf(readme)).toEqual([]);
  }, 120_000);
});

describe('the command lines of the documentation', () => {
  it.each(pages)(
    'of $name succeed',
    async ({ lines }) => {
      expect(await failuresOf(lines.filter(({ needs }) => needs === ''))).toEqual([]);
    },
    240_000,
  );
});
