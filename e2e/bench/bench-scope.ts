import { Scope } from '../../electron/core/scope.ts';

/** Runs a benchmark in a scope that is closed however it ends: done, failed, or told to stop half-way. */
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
