import { beforeEach, describe, expect, it } from 'vitest';
import { type Cause, describeCause } from '../../../shared/failure.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import { FakeClock, settle } from '../testing/fake-clock.ts';
import { ConnectionQueue } from './connection-queue.ts';
import { type Admission, RacingCarrier } from './racing-carrier.ts';
import type { Endpoint } from '../connect/endpoint.ts';
import type { TransportProof, Carrier, CarrierEnd } from './carrier.ts';

const refused = describeCause('connection-refused', { host: 'bastion' });
const timedOut = describeCause('timed-out', {
  host: 'bastion',
  evidence: 'ssh: connect to host … timed out',
});
const killed = describeCause('killed');

/** Controlled by the test. It takes time to stop. */
class FakeAttempt implements Carrier {
  readonly id: string;
  readonly pid: number;
  readonly ready: Promise<Result<Endpoint, Cause>>;
  readonly ended: Promise<CarrierEnd>;
  readonly answered: Promise<void>;
  /** The `force` of each call of `stop`. */
  readonly stops: boolean[] = [];
  complain!: (cause: Cause) => void;
  #resolveReady!: (result: Result<Endpoint, Cause>) => void;
  #resolveEnded!: (end: CarrierEnd) => void;
  #resolveAnswered!: () => void;

  constructor(number: number) {
    this.id = `db#3.${String(number)}`;
    this.pid = 1000 + number;
    this.ready = new Promise((resolve) => (this.#resolveReady = resolve));
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve));
    this.answered = new Promise((resolve) => (this.#resolveAnswered = resolve));
  }

  get endpoint(): Endpoint {
    return { kind: 'unix', path: `/sockets/${this.id}` };
  }

  onComplaint(listener: (cause: Cause) => void): void {
    this.complain = listener;
  }

  proveTransport(): Promise<TransportProof> {
    return Promise.resolve({ kind: 'alive' });
  }

  stop({ force = false }: { readonly force?: boolean } = {}): Promise<CarrierEnd> {
    this.stops.push(force);
    return this.ended;
  }

  async isAnswered(): Promise<void> {
    this.#resolveAnswered();
    await settle();
  }

  async comesUp(): Promise<void> {
    this.#resolveAnswered();
    this.#resolveReady(ok(this.endpoint));
    await settle();
  }

  async ends(cause: Cause | null, exitCode = 255): Promise<void> {
    this.#resolveReady(err(cause ?? describeCause('exited')));
    this.#resolveEnded({ cause, exitCode, signal: null, lastLines: [] });
    await settle();
  }
}

describe('a race of connection attempts', () => {
  let clock: FakeClock;
  let queue: ConnectionQueue;
  let attempts: FakeAttempt[];
  let tunnel: RacingCarrier;
  let settled: string[];

  const race = (id: string, admission?: Admission): RacingCarrier => {
    const racing = new RacingCarrier({
      id,
      host: 'bastion',
      clock,
      queue,
      queueKey: 'bastion',
      answerTimeoutMs: 30_000,
      open: (number) => {
        const attempt = new FakeAttempt(number);
        attempts.push(attempt);
        return attempt;
      },
      ...(admission === undefined ? {} : { admission }),
    });
    void racing.ready.then((result) => settled.push(`ready ${result.ok ? 'ok' : result.error.code}`));
    void racing.ended.then(({ cause }) => settled.push(`ended ${cause?.code ?? 'null'}`));
    return racing;
  };

  beforeEach(() => {
    clock = new FakeClock();
    queue = new ConnectionQueue(clock);
    attempts = [];
    settled = [];
    tunnel = race('db#3');
  });

  const attempt = (number: number): FakeAttempt => {
    const found = attempts[number - 1];
    if (found === undefined) throw new Error(`there is no attempt ${String(number)}`);
    return found;
  };

  it('reports a quick failure at once, with the end of the attempt that failed', async () => {
    await clock.advance(20);
    await attempt(1).ends(refused);
    expect(await tunnel.ready).toEqual(err(refused));
    expect(await tunnel.ended).toEqual({ cause: refused, exitCode: 255, signal: null, lastLines: [] });
    expect(attempts).toHaveLength(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('is won by the first attempt to be ready, and ends when all others have ended, too', async () => {
    await clock.advance(2_000);
    expect(tunnel.pid).toBe(1002);
    await attempt(2).comesUp();
    expect(await tunnel.ready).toEqual(ok(attempt(2).endpoint));
    expect([tunnel.id, tunnel.pid]).toEqual(['db#3', 1002]);
    expect([attempt(1).stops, attempt(2).stops]).toEqual([[false], []]);
    await attempt(2).ends(killed);
    expect(settled).toEqual(['ready ok']);
    await attempt(1).ends(null);
    expect(settled).toEqual(['ready ok', 'ended killed']);
    expect(await tunnel.ended).toMatchObject({ cause: killed, exitCode: 255 });
    expect(clock.pendingTimers).toBe(0);
  });

  it('starts no other attempt beside one that has been answered, however long its login takes', async () => {
    await clock.advance(1_999);
    await attempt(1).isAnswered();
    await clock.advance(60_000);
    expect(attempts).toHaveLength(1);
    await attempt(1).comesUp();
    expect(settled).toEqual(['ready ok']);
  });

  it('stops the other attempt when one is answered, which then decides the race', async () => {
    await clock.advance(2_000);
    await attempt(1).isAnswered();
    expect(attempt(2).stops).toEqual([false]);
    await attempt(2).ends(null);
    expect(settled).toEqual([]);
    await attempt(1).ends(describeCause('auth-failed'));
    expect(settled).toEqual(['ready auth-failed', 'ended auth-failed']);
  });

  it('continues when an attempt was not answered in time, and finally reports its cause', async () => {
    await clock.advance(10_000);
    await attempt(1).ends(timedOut);
    expect(settled).toEqual([]);
    await clock.advance(19_999);
    expect(settled).toEqual([]);
    await clock.advance(1);
    expect(await tunnel.ready).toEqual(err(timedOut));
    for (const one of attempts) await one.ends(null);
    expect(settled).toEqual(['ready timed-out', 'ended timed-out']);
  });

  it('is lost at the deadline even if no attempt failed', async () => {
    await clock.advance(30_000);
    expect(await tunnel.ready).toMatchObject({
      error: { title: 'bastion did not answer in time', evidence: 'no answer within 30 s' },
    });
  });

  it('waits for its own turn behind another login that hangs', async () => {
    const waiting = race('db#4');
    await attempt(1).isAnswered();
    await clock.advance(30_000);
    await attempt(1).ends(timedOut);
    await attempt(2).comesUp();
    expect((await waiting.ready).ok).toBe(true);
  });

  it('waits longer behind the logins of others, as long as there are any', async () => {
    const waiting = race('db#4');
    await attempt(1).isAnswered();
    await clock.advance(29_000);
    await attempt(1).comesUp();
    expect(attempts).toHaveLength(2);
    await clock.advance(29_999);
    expect(settled).toEqual(['ready ok']);
    await clock.advance(1);
    expect(await waiting.ready).toMatchObject({ error: { code: 'timed-out' } });
  });

  it('stops all attempts, by force if requested, and has no cause then', async () => {
    await clock.advance(2_000);
    const stopped = tunnel.stop({ force: true });
    expect(attempts.map(({ stops }) => stops.at(-1))).toEqual([true, true]);
    await attempt(1).ends(null);
    expect(settled).toEqual(['ready exited']);
    await attempt(2).ends(null);
    expect(await stopped).toMatchObject({ cause: null });
    expect(clock.pendingTimers).toBe(0);
  });

  it('can be stopped while it waits for its turn, and is never started', async () => {
    const waiting = race('db#4');
    expect(await waiting.stop()).toMatchObject({ cause: null });
    await attempt(1).ends(refused);
    expect(attempts).toHaveLength(1);
  });

  it('stops an attempt that becomes ready too late', async () => {
    await clock.advance(2_000);
    await attempt(2).comesUp();
    await attempt(1).comesUp();
    expect(tunnel.pid).toBe(1002);
    expect(attempt(1).stops).toEqual([false]);
  });

  it('passes on complaints of an attempt, and proves its transport by the winner', async () => {
    const complaints: Cause[] = [];
    tunnel.onComplaint((cause) => complaints.push(cause));
    await attempt(1).comesUp();
    attempt(1).complain(refused);
    expect(complaints).toEqual([refused]);
    expect(await tunnel.proveTransport(100)).toEqual({ kind: 'alive' });
    await attempt(1).ends(killed);
    expect(await tunnel.proveTransport(100)).toEqual({ kind: 'dead', cause: killed });
  });

  it('is lost at once if it is not admitted, before its turn or at its turn', async () => {
    let refusal: Cause | null = null;
    const denied = describeCause('auth-failed');
    const learned: (Cause | null)[] = [];
    const admission: Admission = {
      refusal: () => refusal,
      notBefore: () => -Infinity,
      learn: (cause) => learned.push(cause),
    };
    const later = race('db#4', admission);
    refusal = denied;
    expect(await race('db#5', admission).ended).toMatchObject({ cause: denied });
    await attempt(1).isAnswered();
    await attempt(1).ends(denied);
    expect(await later.ended).toMatchObject({ cause: denied });
    expect([attempts.length, learned]).toEqual([1, []]);
  });
});
