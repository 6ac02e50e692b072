import { describe, expect, it } from 'vitest';
import type { NetworkOutcome } from './network-gate.ts';
import { Recovery } from './recovery.ts';

function makeRecovery() {
  const recovered: NetworkOutcome[] = [];
  const gates: { readonly pass: (outcome: NetworkOutcome) => void; readonly signal: AbortSignal }[] = [];
  const recovery = new Recovery({
    gate: (signal) => new Promise((pass) => gates.push({ pass, signal })),
    onRecover: (network) => recovered.push(network),
  });
  return { recovery, gates, recovered };
}

describe('Recovery', () => {
  it('recovers once its gate has opened', async () => {
    const { recovery, gates, recovered } = makeRecovery();
    const done = recovery.begin();
    expect(recovered).toEqual([]);
    gates[0]!.pass('online');
    await done;
    expect(recovered).toEqual(['online']);
  });

  it('does not recover when it was aborted, even if the gate opens in the same moment', async () => {
    const { recovery, gates, recovered } = makeRecovery();
    const done = recovery.begin();
    gates[0]!.pass('online');
    recovery.abort();
    await done;
    expect(gates[0]!.signal.aborted).toBe(true);
    expect(recovered).toEqual([]);
  });

  it('recovers once when it is begun again before the gate has opened', async () => {
    const { recovery, gates, recovered } = makeRecovery();
    const both = [recovery.begin(), recovery.begin()];
    for (const gate of gates) gate.pass('gave-up');
    await Promise.all(both);
    expect(recovered).toEqual(['gave-up']);
  });
});
