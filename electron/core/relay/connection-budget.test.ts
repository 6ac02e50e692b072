import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConnectionBudget, type BudgetShare } from './connection-budget.ts';

const takeAll = (share: BudgetShare): number => {
  let taken = 0;
  while (share.take()) taken += 1;
  return taken;
};

describe('ConnectionBudget', () => {
  it.each([
    [256, 1, 93],
    [1024, 2, 455],
    [1024, 120, 160],
    [10_240, 10, 4583],
    [1_048_576, 10, 16_384],
    [64, 3, 16],
    [Number.MAX_SAFE_INTEGER, 1, 16_384],
  ])('with %i descriptors and %i open ports allows %i connections', (limit, ports, total) => {
    const budget = new ConnectionBudget(limit);
    for (let count = 0; count < ports; count++) budget.join();
    expect(budget.total).toBe(total);
  });

  it('gives a single port all but a few, which are left for ports that open later', () => {
    const budget = new ConnectionBudget(1024);
    expect(takeAll(budget.join())).toBe(budget.total - 16);
  });

  it('leaves as many free as a greedy port uses', () => {
    const budget = new ConnectionBudget(1024);
    const [greedy, other, third] = [budget.join(), budget.join(), budget.join()];
    expect(takeAll(greedy)).toBe(226);
    expect(takeAll(other)).toBe(113);
    expect(third.limit).toBe(57);
  });

  it('frees connections that are given back, and those of a closed port', () => {
    const budget = new ConnectionBudget(1024);
    const [first, second] = [budget.join(), budget.join()];
    const taken = takeAll(first);
    first.give();
    expect([first.take(), first.take()]).toEqual([true, false]);
    first.leave();
    first.leave();
    first.give();
    expect(first.take()).toBe(false);
    expect(takeAll(second)).toBeGreaterThan(taken);
  });

  it('never gives out more than its total, and always has some for a new port', () => {
    const step = fc.tuple(fc.nat(4), fc.boolean());
    fc.assert(
      fc.property(fc.array(step, { maxLength: 2000 }), (steps) => {
        const budget = new ConnectionBudget(256);
        const shares = Array.from({ length: 5 }, () => ({ share: budget.join(), own: 0 }));
        for (const [index, isTaking] of steps) {
          const one = shares[index]!;
          if (isTaking && one.share.take()) one.own += 1;
          if (!isTaking && one.own > 0) {
            one.share.give();
            one.own -= 1;
          }
        }
        const sum = shares.reduce((total, { own }) => total + own, 0);
        expect(sum).toBeLessThanOrEqual(budget.total);
        expect(budget.join().take()).toBe(true);
      }),
    );
  });
});
