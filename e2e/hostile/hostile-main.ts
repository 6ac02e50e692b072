/**
 * The program behind build/bench-hostile.mjs, `SEED [ROW...]`: hostile files, children, and clients, and their effect
 * on others.
 */
import { runInScope } from '../bench/bench-scope.ts';
import type { Scope } from '../../electron/core/scope.ts';
import { measureHostileChild } from './hostile-child.ts';
import { measureHostileFiles } from './hostile-files.ts';
import { measureIdleCrowd } from './idle-crowd.ts';
import { measureMutatedFiles } from './mutated-files.ts';

const [seed = '1', ...words] = process.argv.slice(2);

const rows: Readonly<Record<string, (scope: Scope) => Promise<void> | void>> = {
  mutations: () => {
    measureMutatedFiles(Number(seed));
  },
  files: measureHostileFiles,
  crowd: measureIdleCrowd,
  'child-info': (scope) => measureHostileChild(scope, 'info'),
  'child-debug': (scope) => measureHostileChild(scope, 'debug'),
};

for (const [name, measure] of Object.entries(rows)) {
  if (words.length > 0 && !words.some((word) => name.includes(word))) continue;
  await runInScope(name, async (scope) => {
    await measure(scope);
  });
}
