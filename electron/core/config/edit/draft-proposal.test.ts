import { describe, expect, it } from 'vitest';
import { proposeDraft } from './draft-proposal.ts';

describe('the proposed local port', () => {
  const world = { names: new Set<string>(), freePort: (preferred: number) => Promise.resolve(preferred) };

  it.each([
    ['http', 8080],
    ['POSTGRES', 5432],
    ['unknown', 10_000],
    // The name of a port comes from the cluster.
    ['constructor', 10_000],
    ['__proto__', 10_000],
  ])('for the remote port %s is %i', async (name, expected) => {
    const draft = { name: 'a', technology: 'kubectl', remote_port: name };
    expect(await proposeDraft(draft, world)).toHaveProperty('local_port', expected);
  });
});
