import { afterEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { ConnectionQueue, type QueueMember, type Turn } from './connection-queue.ts';

/** Always wants another turn, and records its events. */
class GateClient implements QueueMember {
  readonly turns: Turn[] = [];
  beyond?: string;
  mayStartAt = -Infinity;
  readonly #name: string;
  readonly #world: World;

  constructor(name: string, world: World) {
    this.#name = name;
    this.#world = world;
  }

  enter(): this {
    this.#world.queue.join('host', this);
    return this;
  }

  withdraw(): void {
    this.#world.queue.withdraw('host', this);
  }

  notBefore(): number {
    return this.mayStartAt;
  }

  start(turn: Turn): void {
    this.turns.push(turn);
    this.#note('starts');
    if (!this.#world.isOver) this.enter();
  }

  end(): void {
    this.withdraw();
    for (const turn of this.turns) turn.over();
  }

  preempt(): void {
    this.#note('is preempted');
  }

  get newest(): Turn {
    const turn = this.turns.at(-1);
    if (turn === undefined) throw new Error(`${this.#name} has not started`);
    return turn;
  }

  #note(what: string): void {
    const { clock, events } = this.#world;
    events.push(`${String(clock.now() / 1000)} s: ${this.#name} ${what}`);
  }
}

const worlds: World[] = [];
afterEach(() => {
  for (const world of worlds.splice(0)) world.end();
});

class World {
  readonly clock = new FakeClock();
  readonly queue = new ConnectionQueue(this.clock);
  readonly events: string[] = [];

  isOver = false;
  readonly #clients: GateClient[] = [];

  constructor() {
    worlds.push(this);
  }

  client(name: string): GateClient {
    const client = new GateClient(name, this);
    this.#clients.push(client);
    return client;
  }

  /** All leave. */
  end(): void {
    this.isOver = true;
    for (const client of this.#clients) client.end();
  }

  /** Events since the last call. */
  news(): readonly string[] {
    return this.events.splice(0);
  }
}

describe('the connection queue', () => {
  it('starts another connection every 2 s while there is no answer, and never cuts the oldest short', async () => {
    const world = new World();
    world.client('a').enter();
    await world.clock.advance(6_000);
    expect(world.news()).toEqual([
      '0 s: a starts',
      '2 s: a starts',
      '4 s: a is preempted',
      '4 s: a starts',
      '6 s: a is preempted',
      '6 s: a starts',
    ]);
  });

  it('gives turns in order of arrival', async () => {
    const world = new World();
    for (const name of ['a', 'b', 'c']) world.client(name).enter();
    await world.clock.advance(8_000);
    expect(world.news()).toEqual([
      '0 s: a starts',
      '2 s: b starts',
      '4 s: b is preempted',
      '4 s: c starts',
      '6 s: c is preempted',
      '6 s: b starts',
      '8 s: b is preempted',
      '8 s: c starts',
    ]);
  });

  it('allows one login at a time; the preempted connection is next', async () => {
    const world = new World();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => world.client(name).enter());
    await world.clock.advance(2_000);
    world.news();
    expect(a?.newest.answered()).toBe(true);
    a?.withdraw();
    await world.clock.advance(60_000);
    expect(world.news()).toEqual(['2 s: b is preempted']);
    a?.newest.over();
    expect(world.news()).toEqual(['62 s: b starts']);
    expect(world.queue.lastMovedAt('host')).toBe(62_000);
    b?.newest.answered();
    b?.withdraw();
    b?.newest.over();
    expect(world.news()).toEqual(['62 s: c starts']);
    expect(c?.turns).toHaveLength(1);
  });

  it('starts the next connection during a login where the last login was quick, but never a third', async () => {
    const world = new World();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => world.client(name).enter());
    a?.withdraw();
    a?.newest.answered();
    a?.newest.loggingIn();
    // The duration of a login at this host is still unknown.
    await world.clock.advance(500);
    expect(world.news()).toEqual(['0 s: a starts']);
    a?.newest.over();
    expect(world.news()).toEqual(['0.5 s: b starts']);
    b?.withdraw();
    b?.newest.answered();
    expect(world.news()).toEqual([]);
    b?.newest.loggingIn();
    expect(world.news()).toEqual(['0.5 s: c starts']);
    const d = world.client('d').enter();
    c?.withdraw();
    expect(c?.newest.answered()).toBe(true);
    c?.newest.loggingIn();
    expect([d.turns.length, world.news()]).toEqual([0, []]);
    await world.clock.advance(5_000);
    b?.newest.over();
    // A login may have prompted the user: the next one waits until all are finished.
    expect(world.news()).toEqual([]);
    c?.newest.over();
    expect(world.news()).toEqual(['5.5 s: d starts']);
  });

  it('continues with the first of two that is answered, even if it is the younger', async () => {
    const world = new World();
    const [a, b] = ['a', 'b'].map((name) => world.client(name).enter());
    await world.clock.advance(2_000);
    expect(b?.newest.answered()).toBe(true);
    expect(a?.newest.answered()).toBe(false);
    expect(world.news()).toEqual(['0 s: a starts', '2 s: b starts', '2 s: a is preempted']);
  });

  it('lets others connect during a login behind the host, unless they are bound for the same host there', async () => {
    const world = new World();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => world.client(name));
    for (const one of [a!, b!]) one.beyond = 'silent';
    c!.beyond = 'elsewhere';
    for (const one of [a!, b!, c!]) one.enter();
    a!.newest.answered();
    a!.withdraw();
    expect(world.news()).toEqual(['0 s: a starts']);
    a!.newest.passed();
    expect(world.news()).toEqual(['0 s: c starts']);
    c!.withdraw();
    c!.newest.over();
    await world.clock.advance(10_000);
    expect([world.news(), world.queue.lastMovedAt('host')]).toEqual([[], 10_000]);
    a!.newest.over();
    expect(world.news()).toEqual(['10 s: b starts']);
  });

  it('starts the next connection at once when one fails unanswered, and the younger becomes the oldest', async () => {
    const world = new World();
    const [a] = ['a', 'b'].map((name) => world.client(name).enter());
    a?.withdraw();
    await world.clock.advance(2_000);
    a?.newest.over();
    await world.clock.advance(2_000);
    expect(world.news()).toEqual(['0 s: a starts', '2 s: b starts', '4 s: b starts']);
  });

  it('skips those that must not start yet, and returns to them in time', async () => {
    const world = new World();
    const a = world.client('a');
    a.mayStartAt = 6_000;
    a.enter();
    const b = world.client('b').enter();
    expect(world.news()).toEqual(['0 s: b starts']);
    b.withdraw();
    b.newest.over();
    await world.clock.advance(6_000);
    expect(world.news()).toEqual(['6 s: a starts']);
  });

  it('keeps hosts separate, and leaves neither timer nor line behind', async () => {
    const world = new World();
    const a = world.client('a').enter();
    const elsewhere = new GateClient('e', world);
    world.queue.join('elsewhere', elsewhere);
    expect(world.news()).toEqual(['0 s: a starts', '0 s: e starts']);
    world.queue.withdraw('elsewhere', elsewhere);
    for (const one of [a, elsewhere]) {
      one.withdraw();
      one.newest.over();
    }
    expect(world.clock.pendingTimers).toBe(0);
    expect(world.queue.lastMovedAt('host')).toBe(-Infinity);
  });
});
