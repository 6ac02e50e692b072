import fc from 'fast-check';
import { expect, test } from 'vitest';
import { describeCause } from '../../../shared/failure.ts';
import { defaultRestartPolicy } from '../config/service-defaults.ts';
import { carrierOf, dueAtOf, transition } from './transport-machine.ts';
import { initialTransportState, type TransportEvent } from './transport-state.ts';

const causes = ['killed', 'connection-refused', 'auth-failed', 'question-unanswered'] as const;
const happenings = [
  ...([
    'wanted',
    'forced',
    'renewed',
    'lease',
    'leave',
    'ready',
    'ready',
    'end',
    'unused',
    'proven',
    'silent',
  ] as const),
  ...(['condemn', 'network', 'credentials', 'sleep', 'wake', 'maybe-wake', 'time'] as const),
];
type Happening = (typeof happenings)[number];

/** A world of carriers that live until they are stopped or end: it reports what a real one would report. */
class World {
  state = initialTransportState;
  now = 0;
  isLeased = false;
  readonly alive = new Set<number>();
  readonly isReady = new Set<number>();
  readonly released = new Set<number>();
  readonly violations: string[] = [];
  #opened = 0;

  happen(what: Happening, pick: number): void {
    const living = [...this.alive];
    const carrier = living[pick % Math.max(1, living.length)] ?? 0;
    const cause = describeCause(causes[pick % causes.length] ?? 'killed', { askedUser: pick % 2 === 0 });
    switch (what) {
      case 'wanted':
      case 'forced':
        if (this.isLeased) this.send({ type: 'wanted', forced: what === 'forced' });
        return;
      case 'renewed':
        if (this.isLeased) this.send({ type: 'renewed' });
        return;
      case 'lease':
        this.isLeased = true;
        this.send({ type: 'wanted', forced: false });
        return;
      case 'leave':
        this.isLeased = false;
        this.send({ type: 'abandoned' });
        return;
      case 'ready':
        if (!this.alive.has(carrier) || this.isReady.has(carrier)) return;
        this.isReady.add(carrier);
        this.send({ type: 'ready', carrier, neededUser: pick % 3 === 0 });
        return;
      case 'end':
      case 'unused':
        if (!this.alive.delete(carrier)) return;
        this.send({
          type: 'ended',
          carrier,
          cause: this.released.has(carrier) ? null : cause,
          isUnused: what === 'unused' && this.isReady.has(carrier),
        });
        return;
      case 'proven':
      case 'silent':
        if (this.isReady.has(carrier) && this.alive.has(carrier)) this.send({ type: what, carrier });
        return;
      case 'condemn':
        if (this.alive.has(carrier)) this.send({ type: 'condemned', carrier, cause });
        return;
      case 'network':
      case 'credentials':
        this.send({ type: 'triggered', trigger: what });
        return;
      case 'sleep':
        this.send({ type: 'suspended' });
        return;
      case 'wake':
      case 'maybe-wake':
        this.send({ type: 'interrupted', certain: what === 'wake' });
        return;
      case 'time': {
        const dueAt = dueAtOf(this.state);
        if (dueAt === null) return;
        this.now = Math.max(this.now, dueAt);
        this.send({ type: 'due' });
      }
    }
  }

  send(event: TransportEvent): void {
    const { now, isLeased } = this;
    const context = {
      now,
      random: 0.5,
      policy: defaultRestartPolicy,
      isLeased,
      clientsWait: false,
      isPromptingUser: false,
      lingerMs: 60_000,
    };
    const { state, effects } = transition(this.state, event, context);
    this.state = state;
    for (const effect of effects) {
      if (effect.type === 'open') {
        if (effect.carrier !== ++this.#opened) this.violations.push(`carrier ${effect.carrier} out of order`);
        if (!isLeased) this.violations.push('opened without a lease');
        this.alive.add(effect.carrier);
      } else if (!this.alive.has(effect.carrier))
        this.violations.push(`${effect.type} of a carrier that is gone`);
      else if (effect.type !== 'prove') this.released.add(effect.carrier);
    }
    this.#check(event);
  }

  #check(event: TransportEvent): void {
    const { situation, suspended, trouble } = this.state;
    const fail = (what: string): void => void this.violations.push(`${what} after ${JSON.stringify(event)}`);
    const serving = [...this.alive].filter((carrier) => !this.released.has(carrier));
    if (serving.length > 2) fail('more than two carriers');
    const known = new Set([
      ...('carrier' in situation ? [situation.carrier] : []),
      ...(situation.status === 'doubtful' && situation.successor.kind === 'opening'
        ? [situation.successor.carrier]
        : []),
    ]);
    for (const carrier of serving) if (!known.has(carrier)) fail(`carrier ${carrier} forgotten`);
    for (const carrier of known)
      if (!this.alive.has(carrier)) fail(`carrier ${carrier} remembered although it ended`);
    if (situation.status === 'up' && trouble !== null) fail('trouble although it is up');
    if (situation.status === 'up' && !this.isReady.has(situation.carrier))
      fail('up although it is not ready');
    const current = carrierOf(this.state);
    if (current !== null && this.released.has(current))
      fail('new attachments get a carrier that is being stopped');
    const mayRest = trouble?.recheck === 'never' || suspended;
    if (situation.status === 'waiting' && situation.retryAt === null && !mayRest) fail('an endless wait');
    if (!this.isLeased && event.type === 'abandoned' && !['closed', 'up'].includes(situation.status))
      fail('still working without a lease');
    if (suspended && dueAtOf(this.state) !== null) fail('a timer is due while suspended');
  }
}

const steps = (maxLength: number) =>
  fc.array(fc.tuple(fc.constantFrom(...happenings), fc.nat(1_000)), { maxLength, size: 'max' });

test('whatever happens: at most two carriers, none forgotten, none opened without a lease, no endless wait', () => {
  fc.assert(
    fc.property(steps(80), (played) => {
      const world = new World();
      world.happen('lease', 0);
      for (const [what, pick] of played) world.happen(what, pick);
      expect(world.violations).toEqual([]);
    }),
    { numRuns: 2_000 },
  );
});

test('if every carrier becomes ready, it comes up by itself', () => {
  fc.assert(
    fc.property(steps(40), (played) => {
      const world = new World();
      world.happen('lease', 0);
      for (const [what, pick] of played) world.happen(what, pick);
      world.happen('lease', 0);
      world.happen('wake', 0);
      world.happen('forced', 0);
      for (let round = 0; round < 10 && world.state.situation.status !== 'up'; round++) {
        world.happen('time', 0);
        const { situation } = world.state;
        if (situation.status === 'doubtful') world.send({ type: 'proven', carrier: situation.carrier });
        for (const carrier of world.alive)
          if (!world.isReady.has(carrier) && !world.released.has(carrier)) {
            world.isReady.add(carrier);
            world.send({ type: 'ready', carrier, neededUser: false });
          }
      }
      expect(world.state.situation.status).toBe('up');
    }),
    { numRuns: 1_000 },
  );
});
