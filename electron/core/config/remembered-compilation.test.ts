import { expect, it } from 'vitest';
import { compileInProcess } from './in-process-compiler.ts';
import { rememberLast } from './remembered-compilation.ts';
import { sshConfig } from './testing/config-text.ts';

const { signal } = new AbortController();
const context = { path: '/c.yaml', env: { A: '1' }, homeDirectory: '/h' };

it('compiles again only if text, variables or path differ, or the file was refused', async () => {
  let compilations = 0;
  const compile = rememberLast((...input) => {
    compilations += 1;
    return compileInProcess(...input);
  });
  const compilationsFor = async (text: string, changed: Partial<typeof context> = {}): Promise<number> => {
    compilations = 0;
    const given = { ...context, ...changed };
    expect(await compile(text, given, signal)).toEqual(await compileInProcess(text, given, signal));
    return compilations;
  };
  expect(await compilationsFor(sshConfig())).toBe(1);
  expect(await compilationsFor(sshConfig(), { env: { A: '1' } })).toBe(0);
  expect(await compilationsFor(sshConfig(), { env: { A: '2' } })).toBe(1);
  expect(await compilationsFor(sshConfig(), { path: '/d.yaml' })).toBe(1);
  expect(await compilationsFor(`${sshConfig()}# more`)).toBe(1);
  expect(await compilationsFor('services: [')).toBe(1);
  expect(await compilationsFor('services: [')).toBe(1);
});
