/**
 * A simulated world for the forward machine alone. It performs the effects but answers late, in any order, and misbehaves:
 * tunnels come up, die and hang, or are dead while they run; the transport flaps; the port fails; the computer sleeps; users
 * click. It reveals no more than reality: a check tells only what the tunnel could answer at the time, and the death of a
 * tunnel is not reported.
 */
import { describeCause, type Cause } from '../../../../shared/failure.ts';
import type { RestartPolicySpec } from '../../../../shared/service-spec.ts';
import type { CheckReport, TunnelEvidence } from '../../health/check-report.ts';
import { outputsOf, transition } from '../forward-machine.ts';
import { aliveTunnels } from '../forward-moves.ts';
import { isCrowded, wantsSuccessor } from '../successor-moves.ts';
import { initialForwardState, type Effect, type ForwardEvent, type ForwardState } from '../forward-state.ts';

const policy: RestartPolicySpec = {
  enabled: true,
  maxAttempts: 3,
  initialDelayMs: 1_000,
  maxDelayMs: 60_000,
  backoffMultiplier: 2,
};
const killed = describeCause('killed');
const refused = describeCause('connection-refused');
const endings = [killed, refused, describeCause('auth-failed'), describeCause('credentials-expired')];
const downCause = describeCause('transport-down', { what: 'The cluster prod' });
const portInUse = describeCause('port-in-use', { port: 5432 });

/** Checks of the monitor that are not answered yet. */
interface Question {
  readonly tunnel: number;
  readonly startedAt: number;
  readonly isStrict: boolean;
}

/** What the world knows about a tunnel and the machine does not. */
interface TunnelTruth {
  /** When the tunnel died although its process runs; Infinity while it is alive. */
  diedAt: number;
  /** It can be asked for a round trip (ssh); otherwise a connection stays open whatever happens behind it (kubectl). */
  readonly canAnswer: boolean;
}

/** Relative frequencies: most things must go well, or hardly anything would ever be proven. */
const weights = {
  'turned-on': 4, 'turned-off': 1, 'answer-port': 8, ready: 12, end: 4, ask: 10, answer: 16, 'fall-silent': 2, complained: 1,
  'pass-time': 10, reconfigured: 1, suspended: 1, wake: 2, network: 1, credentials: 1, demand: 1, user: 1, 'retry-forced': 1,
  port: 1, unused: 2, 'transport-down': 2, 'transport-up': 4, client: 2, 'no-client': 1,
} as const; // prettier-ignore
export type WorldChoice = keyof typeof weights;
export const worldChoices = Object.entries(weights).flatMap(([choice, weight]) =>
  Array<WorldChoice>(weight).fill(choice as WorldChoice),
);

export class ForwardWorld {
  state: ForwardState = initialForwardState;
  now = 0;
  readonly alive = new Map<number, TunnelTruth>();
  readonly started = new Set<number>();
  readonly stopRequested = new Set<number>();
  transportDown: Cause | null = null;
  clientsWait = false;
  /** Changes only while the service is off. */
  onDemand = false;
  /** The user asks whether the transport is back. */
  isTransportAsked = false;
  portOpen = false;
  portRequest: 'open' | 'close' | null = null;
  readonly violations: string[] = [];
  readonly #questions: Question[] = [];
  /** When a tunnel was last proven and last disproven: the start of the check that showed it. */
  readonly #proven = new Map<number, number>();
  readonly #disproven = new Map<number, number>();
  /** Since when a tunnel owes a strict proof. */
  readonly #owed = new Map<number, number>();

  /** On, and proven by a first check. */
  static healthy(): ForwardWorld {
    const world = new ForwardWorld();
    world.send({ type: 'turned-on' });
    world.answerPort(1);
    world.send({ type: 'tunnel-ready', tunnel: 1 });
    world.ask(false);
    world.answer(1);
    return world;
  }

  send(event: ForwardEvent): void {
    const { state: before, now, clientsWait, onDemand } = this;
    // An idle service leases no transport.
    const transportDown = before.situation.phase === 'idle' ? null : this.transportDown;
    const context = { now, random: 0.3, policy, transportDown, clientsWait, onDemand };
    const { state, effects } = transition(before, event, context);
    this.state = state;
    if (transportDown !== null && !clientsWait && retries(before, event))
      if (effects.some(({ type }) => type === 'start-tunnel'))
        this.violations.push(`a try on a transport that is down after ${JSON.stringify(event)}`);
    for (const effect of effects) this.#perform(effect);
    this.#check(event, before.desired);
  }

  /** One thing that the world may do; `pick` chooses among the possible ones. */
  happen(choice: WorldChoice, pick: number): void {
    const tunnels = [...this.alive.keys()];
    const tunnel = tunnels[pick % Math.max(1, tunnels.length)];
    switch (choice) {
      case 'answer-port':
        this.answerPort(pick);
        return;
      case 'ready':
        if (tunnel !== undefined && !this.stopRequested.has(tunnel))
          this.send({ type: 'tunnel-ready', tunnel });
        return;
      case 'end':
        if (tunnel !== undefined) this.end(tunnel, endings[pick % endings.length] ?? killed);
        return;
      case 'pass-time':
        this.now += pick * 100;
        this.send({ type: 'due' });
        return;
      case 'ask':
        this.ask(pick % 2 === 0);
        return;
      case 'answer':
        this.answer(pick);
        return;
      case 'fall-silent':
        if (tunnel !== undefined) this.#fallSilent(tunnel);
        return;
      case 'complained':
        if (tunnel !== undefined) this.send({ type: choice, tunnel, cause: refused });
        return;
      case 'transport-down':
        this.transportDown = downCause;
        this.send({ type: 'transport-down', cause: downCause });
        return;
      case 'transport-up':
        this.reopenTransport();
        return;
      case 'client':
        this.clientsWait = outputsOf(this.state).clients.kind === 'hold';
        if (this.clientsWait) this.send({ type: 'triggered', trigger: 'demand' });
        return;
      case 'no-client':
        this.clientsWait = false;
        return;
      case 'wake':
      case 'network':
        this.#interrupt(choice);
        return;
      case 'credentials':
      case 'demand':
      case 'user':
      case 'port':
        this.send({ type: 'triggered', trigger: choice });
        return;
      case 'turned-on':
        if (this.state.situation.phase === 'off') this.onDemand = pick % 2 === 0;
        this.send({ type: choice });
        return;
      case 'unused':
      case 'turned-off':
      case 'reconfigured':
      case 'suspended':
      case 'retry-forced':
        this.send({ type: choice });
    }
  }

  /** The monitor checks the watched tunnel; an owed proof makes the check strict. */
  ask(isStrict: boolean): void {
    const { watched, debt } = outputsOf(this.state);
    // The monitors pause while the computer sleeps.
    if (watched === null || this.state.suspended || this.#questions.length > 3) return;
    this.now += 1;
    this.#questions.push({
      tunnel: watched,
      startedAt: this.now,
      isStrict: isStrict || debt?.strict === true,
    });
  }

  /** The oldest check is answered as the state of the tunnel at that time allows. */
  answer(pick: number): void {
    const question = this.#questions.shift();
    if (question === undefined || question.tunnel !== outputsOf(this.state).watched) return;
    if (this.state.suspended) return;
    const { tunnel, startedAt, isStrict } = question;
    const truth = this.alive.get(tunnel);
    if (truth === undefined) return;
    this.now += 1;
    // If the target is never checked, the service is ready at best.
    const isUntried = pick % 7 === 6;
    const evidence = isUntried
      ? untried(evidenceOf(truth, question, pick))
      : evidenceOf(truth, question, pick);
    const passed = evidence.kind === 'answered' || evidence.kind === 'open';
    if (isProof(evidence, isStrict)) this.#proven.set(tunnel, startedAt);
    else if (evidence.kind !== 'open' && evidence.kind !== 'untried') this.#disproven.set(tunnel, startedAt);
    const checkedHealth = passed ? 'healthy' : pick % 2 === 0 ? 'unhealthy' : this.state.health;
    const health = isUntried ? 'ready' : checkedHealth;
    const cause = health === 'unhealthy' ? refused : null;
    const report: CheckReport = {
      startedAt,
      isStrict,
      evidence,
      health,
      cause,
      mayHelp: pick % 3 !== 0,
      tookMs: null,
    };
    this.send({ type: 'checked', tunnel, report: { ...report, mayHelp: cause !== null && report.mayHelp } });
  }

  end(tunnel: number, cause: Cause | null): void {
    this.alive.delete(tunnel);
    this.send({ type: 'tunnel-ended', tunnel, cause: this.stopRequested.has(tunnel) ? null : cause });
  }

  /** Only the caller is notified of the transport. */
  answerTransport(): void {
    if (this.isTransportAsked) this.reopenTransport();
  }

  reopenTransport(): void {
    this.transportDown = null;
    this.isTransportAsked = false;
    this.send({ type: 'triggered', trigger: 'transport-up' });
  }

  answerPort(pick: number): void {
    const request = this.portRequest;
    this.portRequest = null;
    if (request === 'open') {
      this.portOpen = pick % 4 !== 0;
      this.send(this.portOpen ? { type: 'port-opened' } : { type: 'port-failed', cause: portInUse });
    } else if (request === 'close') {
      this.portOpen = false;
      this.send({ type: 'port-closed' });
    }
  }

  #fallSilent(tunnel: number): void {
    const truth = this.alive.get(tunnel);
    this.now += 1;
    if (truth !== undefined) truth.diedAt = Math.min(truth.diedAt, this.now);
  }

  #interrupt(trigger: 'wake' | 'network'): void {
    this.now += 1;
    const { situation, suspended } = this.state;
    if (situation.phase === 'up' && (trigger === 'wake' || !suspended))
      this.#owed.set(situation.tunnel, this.now);
    this.send({ type: 'triggered', trigger });
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case 'open-port':
        this.portRequest = 'open';
        return;
      case 'close-port':
        this.portRequest = 'close';
        return;
      case 'start-tunnel':
        if (this.started.has(effect.tunnel)) this.violations.push(`tunnel ${effect.tunnel} started twice`);
        this.started.add(effect.tunnel);
        this.alive.set(effect.tunnel, { diedAt: Infinity, canAnswer: effect.tunnel % 2 === 0 });
        return;
      case 'stop-tunnel':
      case 'drain-tunnel':
        if (!this.alive.has(effect.tunnel))
          this.violations.push(`${effect.type} ${effect.tunnel}, which is not alive`);
        if (effect.type === 'stop-tunnel') this.stopRequested.add(effect.tunnel);
        return;
      case 'ask-transport':
        if (this.transportDown === null) this.violations.push('a transport that is up is asked to try');
        this.isTransportAsked = true;
    }
  }

  #check(event: ForwardEvent, desiredBefore: string): void {
    const { situation, leaving, health, cause, suspended } = this.state;
    const fail = (what: string): void => void this.violations.push(`${what} after ${JSON.stringify(event)}`);
    const serving = [...this.alive.keys()].filter((tunnel) => !leaving.includes(tunnel));
    if (serving.length > 2 && situation.phase !== 'stopping') fail('more than two tunnels');
    if (situation.phase === 'off' && (this.alive.size > 0 || this.portOpen)) fail('off with something alive');
    const known = new Set(aliveTunnels(this.state));
    for (const tunnel of this.alive.keys()) if (!known.has(tunnel)) fail(`tunnel ${tunnel} forgotten`);
    for (const tunnel of known)
      if (!this.alive.has(tunnel)) fail(`tunnel ${tunnel} remembered though it ended`);
    if (situation.phase === 'idle') this.#checkIdle(event, fail);
    const clicked = event.type === 'turned-on' || event.type === 'turned-off';
    if (!clicked && this.state.desired !== desiredBefore) fail('desired changed by itself');
    const { clients, dueAt } = outputsOf(this.state);
    if (clients.kind === 'tunnel' && !this.alive.has(clients.tunnel)) fail('clients sent to a dead tunnel');
    if ((health === 'healthy' || health === 'ready') && cause !== null) fail('a cause on a healthy service');
    this.#checkGreen(fail);
    if (this.#forgetsSuccessor()) fail('a successor that is wanted is forgotten');
    if (!suspended && this.state.desired === 'on' && dueAt === null && this.#waitsForEver())
      fail('a wait without an end');
  }

  #checkIdle(event: ForwardEvent, fail: (what: string) => void): void {
    if (!this.onDemand) fail('idle though it is not on demand');
    if (this.clientsWait && event.type === 'triggered' && !this.state.suspended && this.portOpen)
      fail('idle though a client waits');
    const serving = [...this.alive.keys()].filter((tunnel) => !this.state.leaving.includes(tunnel));
    if (serving.length > 0) fail('idle with a tunnel that takes clients');
  }

  /** Green is earned: the proof is newer than every reason to doubt. */
  #checkGreen(fail: (what: string) => void): void {
    const { situation, health } = this.state;
    if (health !== 'healthy' && health !== 'ready') return;
    if (situation.phase !== 'up') return fail('healthy or ready without a tunnel');
    const { tunnel } = situation;
    const provenAt = this.#proven.get(tunnel) ?? -Infinity;
    if (provenAt < (this.#owed.get(tunnel) ?? 0)) fail('green though it owes a proof');
    if (provenAt < (this.#disproven.get(tunnel) ?? -Infinity)) fail('green though it was disproven');
  }

  #forgetsSuccessor(): boolean {
    const { situation, suspended } = this.state;
    if (situation.phase !== 'up' || suspended || (this.transportDown !== null && !this.clientsWait))
      return false;
    const up = { ...this.state, situation };
    return situation.replacement.kind === 'none' && wantsSuccessor(up) && !isCrowded(up);
  }

  #waitsForEver(): boolean {
    const { situation, cause } = this.state;
    const isAsked = this.transportDown !== null && cause?.triggers.includes('transport-up') === true;
    if (isAsked || cause?.recheck === 'never' || this.portRequest !== null) return false;
    return situation.phase === 'waiting' || situation.phase === 'failed' || situation.phase === 'retrying';
  }
}

/** What a tunnel can answer: nothing if it is dead; without a round trip, only a connection that stays open. */
function evidenceOf(truth: TunnelTruth, { startedAt, isStrict }: Question, pick: number): TunnelEvidence {
  const isDead = truth.diedAt <= startedAt;
  if (!truth.canAnswer) return isDead && pick % 4 === 0 ? { kind: 'none' } : { kind: 'open' };
  if (!isDead) return pick % 5 === 0 && isStrict ? { kind: 'silent' } : { kind: 'answered' };
  return pick % 3 === 0 ? { kind: 'dead', cause: killed } : { kind: 'silent' };
}

/** The same without a connection to the target. */
const untried = (evidence: TunnelEvidence): TunnelEvidence =>
  evidence.kind === 'open' || evidence.kind === 'none' ? { kind: 'untried' } : evidence;

const isProof = ({ kind }: TunnelEvidence, isStrict: boolean): boolean =>
  kind === 'answered' || ((kind === 'open' || kind === 'untried') && !isStrict);

/** After these, only the restart policy can start a tunnel. */
function retries({ situation }: ForwardState, event: ForwardEvent): boolean {
  if (event.type === 'triggered') return event.trigger === 'user' && situation.phase !== 'up';
  if (event.type === 'port-opened') return situation.phase !== 'connecting';
  if (event.type === 'tunnel-ended') return event.cause !== null;
  // A waiting cause is re-checked whatever the reported state of the transport.
  if (event.type === 'due') return situation.phase === 'retrying' || situation.phase === 'up';
  return event.type === 'transport-down' || event.type === 'checked';
}
