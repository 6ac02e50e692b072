import { Scope } from '../../electron/core/scope.ts';

/** Runs a benchmark in a scope that is closed however the benchmark ends: done, failed, or stopped halfway. */
export async function runInScope(name: string, measure: (scope: Scope) => Promise<void>): Promise<void> {
  const scope = new Scope(name);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
    process.once(signal, () => void scope.close().finally(() => process.exit(1)));
  try {
    await measure(scope);
  } finally {
    await scope.close();
  }
}
