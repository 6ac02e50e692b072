import { describe, expect, it } from 'vitest';
import { Recovery } from './recovery.ts';

function makeRecovery() {
  const seen = { recovered: 0 };
  const gates: { readonly pass: () => void; readonly signal: AbortSignal }[] = [];
  const recovery = new Recovery({
    gate: (signal) => new Promise<void>((pass) => gates.push({ pass, signal })),
    onRecover: () => (seen.recovered += 1),
  });
  return { recovery, gates, seen };
}

describe('Recovery', () => {
  it('recovers once its gate has opened', async () => {
    const { recovery, gates, seen } = makeRecovery();
    const done = recovery.begin();
    expect(seen.recovered).toBe(0);
    gates[0]!.pass();
    await done;
    expect(seen.recovered).toBe(1);
  });

  it('does not recover after an abort, even if the gate opens at the same moment', async () => {
    const { recovery, gates, seen } = makeRecovery();
    const done = recovery.begin();
    gates[0]!.pass();
    recovery.abort();
    await done;
    expect(gates[0]!.signal.aborted).toBe(true);
    expect(seen.recovered).toBe(0);
  });

  it('recovers once if it is started again before the gate has opened', async () => {
    const { recovery, gates, seen } = makeRecovery();
    const both = [recovery.begin(), recovery.begin()];
    for (const gate of gates) gate.pass();
    await Promise.all(both);
    expect(seen.recovered).toBe(1);
  });
});
