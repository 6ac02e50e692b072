/**
 * The ssh masters that are open, one for each way to log in, and who uses them. Invariants:
 *
 * 1. Services that log in with the same things share one master. It closes a minute after the last of them has left.
 * 2. A master that did not answer is doubted: whoever comes next gets another one, opened beside it. It is ended by ssh's own
 *    keepalive, or when the last one has left it.
 * 3. One whose login took a human is never opened a second time beside itself: it answers again, or ends, and then the human is
 *    asked once. Only a process that is stopped is given up.
 * 4. What is asked of a master is asked once for all who wait for the answer.
 */
import type { Cause } from '../../../shared/failure.ts';
import type { Result } from '../../../shared/result.ts';
import { type Clock, type Timer, withDeadline } from '../clock.ts';
import type { Endpoint } from '../connect/endpoint.ts';
import type { TransportProof, Carrier, CarrierEnd } from './carrier.ts';
import type { ListenRefusal } from './ssh-output.ts';

/** A login costs the user a touch or a code at the worst: it is kept a little longer than it is needed. */
const lingerMs = 60_000;

/** What the user asks for of several services comes one after the other. */
const sameWishMs = 2_000;

/** A place on a master. Release it once. */
export interface MasterLease {
  readonly pid: number | null;
  /** The control socket, or why there is none. */
  readonly ready: Promise<Result<Endpoint, Cause>>;
  readonly ended: Promise<CarrierEnd>;
  /** How long the login took, in ms; null while it lasts. */
  readonly openedInMs: number | null;
  /** Settles within `deadlineMs`, never rejects. */
  prove(deadlineMs: number): Promise<TransportProof>;
  /** Newcomers get another master. */
  condemn(): void;
  /** Connections that the far end refused, by the forward's socket. */
  onRefusal(listener: (path: string, line: string) => void): void;
  /** Far ends that the server did not open, of whichever service. Returns how to stop listening. */
  onListenRefused(listener: (refusal: ListenRefusal) => void): () => void;
  /** `force`: a master that nobody else uses ends at once. Resolves when this lease no longer keeps anything open. */
  release(options?: { readonly force?: boolean }): Promise<void>;
}

/** Whom a master works for. */
export interface MasterClients {
  /** A connection was refused at the far end. */
  readonly onRefusal: (path: string, line: string) => void;
  readonly onListenRefused: (refusal: ListenRefusal) => void;
  /** The services that use it now. */
  readonly services: () => readonly string[];
  /** The login took a human. */
  readonly onHuman: () => void;
}

export type OpenMaster = (clients: MasterClients) => Carrier;

export interface MasterWish {
  readonly service: string;
  /** The same for all services that may share a master. */
  readonly login: string;
  /** Where its forward leads. */
  readonly target: string;
  /** The user asked for it, so it is not put on a connection on which the same service has such a forward already. */
  readonly isInsisted: boolean;
  /** Nobody else can ever use its master. */
  readonly isAlone: boolean;
}

export class SshMasterPool {
  readonly #clock: Clock;
  /** The one that newcomers get, by login. */
  readonly #current = new Map<string, Master>();
  readonly #all = new Set<Master>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  lease(wish: MasterWish, open: OpenMaster): MasterLease {
    const { login } = wish;
    const known = this.#current.get(login);
    const isWelcome = known !== undefined && !known.isBad && !(wish.isInsisted && known.hasServed(wish));
    if (isWelcome) return known.lease(wish);
    const master = new Master(this.#clock, open, wish.isAlone);
    this.#current.set(login, master);
    this.#all.add(master);
    known?.retire();
    void master.ended.then(() => {
      this.#all.delete(master);
      if (this.#current.get(login) === master) this.#current.delete(login);
    });
    return master.lease(wish);
  }

  /** What was being opened may hang for a reason that has passed: whoever tries anew gets another one. */
  interrupted(): void {
    for (const master of this.#all) master.interrupted();
  }

  /** Ends every master. */
  async close(options: { readonly force: boolean }): Promise<void> {
    await Promise.all([...this.#all].map((master) => master.stop(options)));
  }
}

interface RunningProof {
  readonly answer: Promise<TransportProof>;
  /** Monotonic. */
  readonly givesUpAt: number;
}

class Master {
  readonly ended: Promise<CarrierEnd>;
  readonly #clock: Clock;
  readonly #tunnel: Carrier;
  readonly #startedAt: number;
  readonly #leases = new Set<Lease>();
  readonly #isAlone: boolean;
  #openedInMs: number | null = null;
  #isDoubted = false;
  #isCondemned = false;
  #tookHuman = false;
  #isRetired = false;
  #isEnded = false;
  #linger: Timer | null = null;
  #proof: RunningProof | null = null;

  constructor(clock: Clock, open: OpenMaster, isAlone: boolean) {
    this.#clock = clock;
    this.#isAlone = isAlone;
    this.#startedAt = clock.now();
    this.#tunnel = open({
      onRefusal: (path, line) => {
        for (const lease of this.#leases) lease.tellRefusal(path, line);
      },
      onListenRefused: (refusal) => {
        for (const lease of this.#leases) lease.tellListenRefused(refusal);
      },
      services: () => [...this.#leases].map(({ service }) => service),
      onHuman: () => {
        this.#tookHuman = true;
      },
    });
    void this.#tunnel.ready.then(({ ok }) => {
      if (ok) this.#openedInMs = clock.now() - this.#startedAt;
    });
    this.ended = this.#tunnel.ended.then((end) => {
      this.#isEnded = true;
      this.#linger?.cancel();
      return end;
    });
  }

  /** The service has such a forward on it, from before this moment's wish. */
  hasServed({ service, target }: MasterWish): boolean {
    const isOld =
      this.#openedInMs !== null && this.#clock.now() - this.#startedAt - this.#openedInMs > sameWishMs;
    return isOld && [...this.#leases].some((lease) => lease.service === service && lease.target === target);
  }

  interrupted(): void {
    if (this.#openedInMs === null) this.#isCondemned = true;
  }

  condemn(): void {
    this.#isCondemned = true;
  }

  /** Newcomers had better get another one. */
  get isBad(): boolean {
    return this.#isCondemned || (this.#isDoubted && !this.#tookHuman);
  }

  get pid(): number | null {
    return this.#tunnel.pid;
  }

  get ready(): Promise<Result<Endpoint, Cause>> {
    return this.#tunnel.ready;
  }

  get openedInMs(): number | null {
    return this.#openedInMs;
  }

  lease(wish: MasterWish): MasterLease {
    this.#linger?.cancel();
    this.#linger = null;
    const lease = new Lease(this, wish);
    this.#leases.add(lease);
    return lease;
  }

  /** Newcomers go elsewhere. */
  retire(): void {
    this.#isRetired = true;
    if (this.#leases.size === 0) void this.stop({ force: false });
  }

  async leave(lease: Lease, { force = false }: { readonly force?: boolean }): Promise<void> {
    if (!this.#leases.delete(lease) || this.#leases.size > 0 || this.#isEnded) return;
    const isOfUse = !this.#isRetired && !this.isBad && !this.#isAlone && this.#openedInMs !== null;
    if (force || !isOfUse) {
      await this.stop({ force });
      return;
    }
    this.#linger = this.#clock.after(lingerMs, () => {
      void this.stop({ force: false });
    });
  }

  async stop(options: { readonly force: boolean }): Promise<void> {
    this.#linger?.cancel();
    this.#isCondemned = true;
    await this.#tunnel.stop(options);
  }

  async prove(deadlineMs: number): Promise<TransportProof> {
    const givesUpAt = this.#clock.now() + deadlineMs;
    for (;;) {
      const leftMs = givesUpAt - this.#clock.now();
      const proof = this.#running(leftMs);
      const answer = await withDeadline(this.#clock, Math.max(0, leftMs), proof.answer);
      if (answer === 'deadline') {
        // Whoever asked wants another one now. An answer that is only late takes the doubt back.
        this.#isDoubted = true;
        return { kind: 'silent' };
      }
      // Somebody else was less patient.
      if (answer.kind !== 'silent' || proof.givesUpAt >= givesUpAt) return answer;
    }
  }

  #running(deadlineMs: number): RunningProof {
    if (this.#proof !== null) return this.#proof;
    const answer = this.#tunnel.proveTransport(deadlineMs).then((proven) => {
      this.#proof = null;
      if (!this.#isRetired && !this.#isEnded) this.#judge(proven);
      return proven;
    });
    this.#proof = { answer, givesUpAt: this.#clock.now() + deadlineMs };
    return this.#proof;
  }

  #judge({ kind }: TransportProof): void {
    if (kind === 'unprovable') return;
    this.#isDoubted = kind !== 'alive';
    // Its process is stopped, or its socket is gone.
    if (kind === 'dead') this.#isCondemned = true;
  }
}

class Lease implements MasterLease {
  readonly service: string;
  readonly target: string;
  readonly #master: Master;
  readonly #listeners: ((path: string, line: string) => void)[] = [];
  readonly #ofListening = new Set<(refusal: ListenRefusal) => void>();

  constructor(master: Master, { service, target }: MasterWish) {
    this.service = service;
    this.target = target;
    this.#master = master;
  }

  get pid(): number | null {
    return this.#master.pid;
  }

  get ready(): Promise<Result<Endpoint, Cause>> {
    return this.#master.ready;
  }

  get ended(): Promise<CarrierEnd> {
    return this.#master.ended;
  }

  get openedInMs(): number | null {
    return this.#master.openedInMs;
  }

  prove(deadlineMs: number): Promise<TransportProof> {
    return this.#master.prove(deadlineMs);
  }

  condemn(): void {
    this.#master.condemn();
  }

  onRefusal(listener: (path: string, line: string) => void): void {
    this.#listeners.push(listener);
  }

  tellRefusal(path: string, line: string): void {
    for (const listener of this.#listeners) listener(path, line);
  }

  onListenRefused(listener: (refusal: ListenRefusal) => void): () => void {
    this.#ofListening.add(listener);
    return () => this.#ofListening.delete(listener);
  }

  tellListenRefused(refusal: ListenRefusal): void {
    for (const listener of this.#ofListening) listener(refusal);
  }

  release(options: { readonly force?: boolean } = {}): Promise<void> {
    return this.#master.leave(this, options);
  }
}
