import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeCause } from '../../../shared/failure.ts';
import type { ForwardEvent } from './forward-state.ts';
import { ForwardWorld, worldChoices, type WorldChoice } from './testing/forward-world.ts';

// Without fast-check's bias to the first and the last choice.
const step = fc.noBias(fc.tuple(fc.constantFrom(...worldChoices), fc.nat({ max: 200 })));
type Steps = readonly (readonly [WorldChoice, number])[];
/** By default fast-check plays about ten steps: too few for a taken port, a transport and a click to meet. */
const long = (maxLength: number) => ({ maxLength, size: 'max' }) as const;

function worldAfter(steps: Steps): ForwardWorld {
  const world = ForwardWorld.healthy();
  for (const [choice, pick] of steps) world.happen(choice, pick);
  return world;
}

describe('the forward machine under random events', () => {
  it('keeps its invariants: green is earned, nothing is forgotten, every wait ends, off means off', () => {
    fc.assert(
      fc.property(fc.array(step, long(120)), (steps) => {
        const world = worldAfter(steps);
        expect(world.violations).toEqual([]);
      }),
      { numRuns: 3_000 },
    );
  });

  it('is never green for longer than one proof over a dead tunnel that has a round trip', () => {
    fc.assert(
      fc.property(fc.array(step, long(80)), (steps) => {
        const world = worldAfter(steps);
        for (const truth of world.alive.values()) truth.diedAt = Math.min(truth.diedAt, world.now);
        // Earlier proofs are answered first.
        for (let question = 0; question < 5; question++) world.answer(1);
        world.ask(true);
        world.answer(1);
        const { situation, health } = world.state;
        const truth = situation.phase === 'up' ? world.alive.get(situation.tunnel) : undefined;
        const isDeadForLong = truth?.canAnswer === true && !world.state.suspended;
        if (isDeadForLong) expect(health).not.toBe('healthy');
      }),
      { numRuns: 1_000 },
    );
  });

  it('ends off with no tunnel alive once it is turned off, whatever happened before', () => {
    fc.assert(
      fc.property(fc.array(step, long(80)), (steps) => {
        const world = worldAfter(steps);
        world.send({ type: 'turned-off' });
        for (const tunnel of world.alive.keys()) expect(world.stopRequested).toContain(tunnel);
        for (const tunnel of [...world.alive.keys()]) world.end(tunnel, null);
        world.answerPort(1);
        expect([world.state.situation.phase, world.alive.size, world.portOpen]).toEqual(['off', 0, false]);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each<ForwardEvent>([{ type: 'triggered', trigger: 'user' }, { type: 'retry-forced' }])(
    'never gives up: after %j it comes up as soon as nothing prevents it',
    (wish) => {
      fc.assert(
        fc.property(fc.array(step, long(80)), (steps) => {
          const world = worldAfter(steps);
          world.isTransportAsked = false;
          world.send({ type: 'turned-on' });
          world.send({ type: 'triggered', trigger: 'wake' });
          world.send(wish);
          for (let turn = 0; turn < 20 && world.state.situation.phase !== 'up'; turn++) {
            world.answerTransport();
            world.answerPort(1);
            sendClientIfIdle(world);
            for (const tunnel of [...world.alive.keys()]) {
              if (world.stopRequested.has(tunnel)) world.end(tunnel, null);
              else world.send({ type: 'tunnel-ready', tunnel });
            }
            world.now += 10_000;
            world.send({ type: 'due' });
          }
          expect(world.state.situation.phase).toBe('up');
        }),
        { numRuns: 1_000 },
      );
    },
  );

  it('recovers on its own when everything works again, however long that took', () => {
    fc.assert(
      fc.property(fc.array(step, long(80)), (steps) => {
        const world = worldAfter(steps);
        if (world.state.desired === 'off' || world.state.suspended) return;
        // Only the user can decide that a try does no harm.
        if (world.state.cause?.recheck === 'never') return;
        for (let turn = 0; turn < 60 && world.state.health !== 'healthy'; turn++) {
          if (world.transportDown !== null) world.reopenTransport();
          world.answerPort(1);
          sendClientIfIdle(world);
          for (const [tunnel, truth] of [...world.alive]) {
            if (world.stopRequested.has(tunnel)) world.end(tunnel, null);
            else if (truth.diedAt === Infinity) world.send({ type: 'tunnel-ready', tunnel });
            // ssh's keepalive or the start deadline ends it.
            else if (truth.canAnswer || !isServing(world, tunnel))
              world.end(tunnel, describeCause('timed-out'));
          }
          for (let question = 0; question < 5; question++) {
            world.ask(false);
            world.answer(7);
          }
          world.now += 100_000;
          world.send({ type: 'due' });
        }
        expect([world.state.situation.phase, world.state.health]).toEqual(['up', 'healthy']);
      }),
      { numRuns: 1_000 },
    );
  });
});

function sendClientIfIdle(world: ForwardWorld): void {
  if (world.state.situation.phase === 'idle') world.happen('client', 0);
}

const isServing = ({ state: { situation } }: ForwardWorld, tunnel: number): boolean =>
  situation.phase === 'up' && situation.tunnel === tunnel;
