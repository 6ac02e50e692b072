/** Runs one transport: performs the decisions of its machine, and turns changes of its carriers into events. */
import { asTransportDown, type Cause, describeCause, type TriggerKind } from '../../../shared/failure.ts';
import { assertNever } from '../../../shared/result.ts';
import type { RestartPolicySpec, ServiceSpec } from '../../../shared/service-spec.ts';
import type { Clock } from '../clock.ts';
import { defaultRestartPolicy } from '../config/service-defaults.ts';
import { DueTimer } from '../due-timer.ts';
import type { Logger } from '../observability/logger.ts';
import type { Carrier, CarrierRequest } from './carrier.ts';
import { noChild, stoppedByUs } from './carrier-life.ts';
import { isNetworkFailure } from './network-failure.ts';
import { CarrierAttachment } from './carrier-attachment.ts';
import { type CarrierReports, type CarrierUser, SharedCarrier } from './shared-carrier.ts';
import type { TransportKey } from './transport-key.ts';
import { type LeasedTransport, type TransportLease } from './transport-lease.ts';
import { carrierOf, dueAtOf, transition } from './transport-machine.ts';
import {
  type CarrierNumber,
  initialTransportState,
  type TransportContext,
  type TransportEffect,
  type TransportEvent,
  type TransportState,
  type TransportStatus,
} from './transport-state.ts';

/** Kept after its last use, because a new login may cost the user a touch or a code. */
const lingerMs = 60_000;

/** `service`: one of those that the transport carries. */
export type CarrierOpening = Required<CarrierRequest>;

/** Starts a carrier. Never throws: every failure is the value of `ready` and `ended`. */
export type OpenCarrier = (opening: CarrierOpening, reports: CarrierReports) => Carrier;

export interface TransportParts {
  readonly key: TransportKey;
  /** Unique for the life of the app. */
  readonly id: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** In [0, 1). */
  readonly random: () => number;
  readonly open: OpenCarrier;
  /** False if no network interface is up: then an unreachable host is not the host's failure. */
  readonly isOnline: () => boolean;
  /** The cause that waiting forwards show for this trouble. */
  readonly asDown?: (trouble: Cause) => Cause;
  /** The facts that its leases show may have changed. */
  readonly onChange: () => void;
  /** It is unused and has nothing open: it may be discarded. */
  readonly onIdle: (transport: Transport) => void;
}

export interface AttachRequest {
  readonly service: ServiceSpec;
  readonly carrierUser: CarrierUser;
  readonly forced: boolean;
}

export class Transport implements LeasedTransport {
  readonly key: TransportKey;
  readonly #parts: TransportParts;
  readonly #leases = new Set<TransportLease>();
  /** With their services. */
  readonly #attachments = new Map<CarrierAttachment, ServiceSpec>();
  /** All carriers that have not ended. */
  readonly #carriers = new Map<CarrierNumber, SharedCarrier>();
  readonly #draining = new Set<CarrierNumber>();
  readonly #inbox: TransportEvent[] = [];
  readonly #timer: DueTimer;
  #isHandling = false;
  #isClosed = false;
  #state: TransportState = initialTransportState;
  #downSince: number | null = null;
  #ending: SharedCarrier | null = null;
  #isRenewing = false;
  #outageAt: number | null = null;

  constructor(parts: TransportParts) {
    this.key = parts.key;
    this.#parts = parts;
    this.#timer = new DueTimer(parts.clock, () => {
      this.#dispatch({ type: 'due' });
      // In case the timer fired a moment too early.
      this.#timer.set(dueAtOf(this.#state));
    });
  }

  get state(): TransportState {
    return this.#state;
  }

  get status(): TransportStatus {
    return this.#state.situation.status;
  }

  /** When it last failed to answer, or ended by itself, monotonic ms; null: never. */
  get outageAt(): number | null {
    return this.#outageAt;
  }

  /** Names of the services that lease it. */
  get services(): readonly string[] {
    return [...this.#leases].flatMap(({ service }) => service?.name ?? []);
  }

  // ---- for leases ----

  downFor(): Cause | null {
    const { trouble } = this.#state;
    return trouble === null ? null : this.#asDown(trouble);
  }

  get nextTryAt(): number | null {
    const { situation, triedAt } = this.#state;
    return situation.status === 'opening' ? triedAt : dueAtOf(this.#state);
  }

  join(lease: TransportLease): void {
    this.#leases.add(lease);
    // Cancels a scheduled close.
    if (this.#state.situation.status === 'up') this.#dispatch({ type: 'wanted', forced: false });
  }

  leave(lease: TransportLease): void {
    this.#leases.delete(lease);
    this.#leaveIfAbandoned();
  }

  demand(): void {
    this.#dispatch({ type: 'wanted', forced: true });
  }

  /** The open connection uses outdated settings: another one is opened beside it, and all attachments move. */
  renew(): void {
    const { status } = this.#state.situation;
    this.#isRenewing = status === 'up' || status === 'doubtful';
    this.#dispatch({ type: 'renewed' });
  }

  // ---- for tunnels ----

  /** Attaches a tunnel to the carrier for new users, which is opened if necessary. */
  attach({ service, carrierUser, forced }: AttachRequest): CarrierAttachment {
    const attachment = new CarrierAttachment(carrierUser, () => {
      this.#attachments.delete(attachment);
      this.#leaveIfAbandoned();
    });
    this.#attachments.set(attachment, service);
    const current = this.#current;
    // A forced attempt does not reuse a connection that already carries such a forward of the service.
    if (forced && current?.hasServed(carrierUser.service, carrierUser.target) === true)
      this.#dispatch({ type: 'renewed' });
    this.#dispatch({ type: 'wanted', forced });
    const carrier = this.#current;
    if (carrier !== null) {
      if (attachment.carrier === null) attachment.attachTo(carrier);
    } else if (dueAtOf(this.#state) === null)
      attachment.end({ ...noChild, cause: this.downFor() ?? stoppedByUs });
    return attachment;
  }

  // ---- for the pool ----

  triggered(trigger: Extract<TriggerKind, 'network' | 'credentials'>): void {
    this.#dispatch({ type: 'triggered', trigger });
  }

  suspend(): void {
    this.#dispatch({ type: 'suspended' });
  }

  interrupted(certain: boolean): void {
    for (const carrier of this.#carriers.values()) carrier.resetProof();
    this.#dispatch({ type: 'interrupted', certain });
  }

  /** Ends every carrier, and opens no more. */
  async close({ force = false }: { readonly force?: boolean } = {}): Promise<void> {
    this.#isClosed = true;
    this.#timer.set(null);
    for (const attachment of this.#attachments.keys())
      if (attachment.carrier === null) attachment.end({ ...noChild, cause: null });
    await Promise.all([...this.#carriers.values()].map((carrier) => carrier.stop({ force })));
  }

  get #current(): SharedCarrier | null {
    const number = carrierOf(this.#state);
    return number === null ? null : (this.#carriers.get(number) ?? null);
  }

  #leaveIfAbandoned(): void {
    if (this.#leases.size === 0 && this.#attachments.size === 0) this.#dispatch({ type: 'abandoned' });
  }

  #dispatch(event: TransportEvent): void {
    if (this.#isClosed) return;
    this.#inbox.push(event);
    if (this.#isHandling) return;
    this.#isHandling = true;
    try {
      for (let next = this.#inbox.shift(); next !== undefined; next = this.#inbox.shift()) this.#handle(next);
    } finally {
      // Even if handling an event threw, later events must be handled.
      this.#isHandling = false;
    }
    if (this.#state.situation.status === 'closed' && this.#carriers.size === 0 && this.#leases.size === 0)
      this.#parts.onIdle(this);
  }

  #handle(event: TransportEvent): void {
    if (isOutage(event)) this.#outageAt = this.#parts.clock.now();
    const before = this.#state;
    const { state, effects } = transition(before, event, this.#context());
    this.#state = state;
    this.#logStep(before, state);
    for (const effect of effects) this.#perform(effect);
    this.#timer.set(dueAtOf(state));
    if (state === before) return;
    this.#attachWaiting();
    if (before.trouble !== state.trouble) for (const lease of [...this.#leases]) lease.refresh();
    if (state.situation.status === 'doubtful' && before.situation.status !== 'doubtful')
      for (const lease of [...this.#leases]) lease.listener.onSuspected();
    if (this.#isRenewing && state.situation.status !== 'doubtful') {
      this.#isRenewing = false;
      // If the new connection could not be opened, the old one stays in use.
      const isAnother = state.situation.status === 'up' && carrierIn(before) !== carrierIn(state);
      if (isAnother) for (const lease of [...this.#leases]) lease.listener.onRenewed();
    }
    this.#parts.onChange();
  }

  #context(): TransportContext {
    const { clock, random, key } = this.#parts;
    const leases = this.#leases;
    const carriers = this.#carriers;
    // Attachments whose carrier has just ended will end too.
    const attachments = [...this.#attachments.keys()].some(
      ({ carrier }) => carrier === null || carrier !== this.#ending,
    );
    return {
      now: clock.now(),
      random: random(),
      policy: policyOf(this.#services()),
      isLeased: leases.size > 0 || attachments,
      lingerMs: key.isAlone ? 0 : lingerMs,
      get clientsWait() {
        return [...leases].some(({ listener }) => listener.clientsWait());
      },
      get isPromptingUser() {
        return [...carriers.values()].some((carrier) => carrier.isPromptingUser);
      },
    };
  }

  #services(): readonly ServiceSpec[] {
    const leased = [...this.#leases].flatMap(({ service }) => service ?? []);
    return leased.length > 0 ? leased : [...this.#attachments.values()];
  }

  #perform(effect: TransportEffect): void {
    const carrier = this.#carriers.get(effect.carrier);
    switch (effect.type) {
      case 'open':
        this.#open(effect.carrier, effect.forced);
        return;
      case 'stop':
        if (carrier === undefined) return;
        for (const attachment of this.#attachmentsOn(carrier)) if (!attachment.isReady) attachment.wait();
        void carrier.stop();
        return;
      case 'drain':
        this.#draining.add(effect.carrier);
        if (carrier?.isEmpty === true) void carrier.stop();
        return;
      case 'prove':
        void carrier?.prove();
        return;
      default:
        assertNever(effect, 'effect');
    }
  }

  #open(number: CarrierNumber, forced: boolean): void {
    const { clock, log, id, open } = this.#parts;
    const [service] = this.#services();
    if (service === undefined) throw new Error('no service uses this transport');
    const opening = { id: `${id}.${String(number)}`, service, log, forced };
    const carrier = new SharedCarrier(clock, (reports) => open(opening, this.#withAllServices(reports)), {
      onReady: () => {
        this.#dispatch({ type: 'ready', carrier: number, neededUser: carrier.neededUser });
      },
      onEnded: (end) => {
        this.#carriers.delete(number);
        this.#draining.delete(number);
        const attachments = this.#attachmentsOn(carrier);
        this.#ending = carrier;
        this.#dispatch({ type: 'ended', carrier: number, cause: end.cause, isUnused: end.isUnused === true });
        this.#ending = null;
        for (const attachment of attachments)
          attachment.end(end.cause === null ? { ...end, cause: stoppedByUs } : end);
      },
      onProof: (proof) => {
        if (proof.kind === 'alive') this.#dispatch({ type: 'proven', carrier: number });
        else if (proof.kind === 'silent') this.#dispatch({ type: 'silent', carrier: number });
        else if (proof.kind === 'dead')
          this.#dispatch({ type: 'condemned', carrier: number, cause: proof.cause });
      },
      onEmpty: () => {
        if (this.#draining.has(number)) void carrier.stop();
      },
    });
    this.#carriers.set(number, carrier);
  }

  /** A prompt names all services that wait for it. */
  #withAllServices(reports: CarrierReports): CarrierReports {
    return {
      ...reports,
      services: () => [...new Set([...reports.services(), ...this.services])],
    };
  }

  #attachmentsOn(carrier: SharedCarrier): readonly CarrierAttachment[] {
    return [...this.#attachments.keys()].filter((attachment) => attachment.carrier === carrier);
  }

  /** Attachments without a carrier get the current one, or end with the reason why there is none. */
  #attachWaiting(): void {
    const { situation, trouble } = this.#state;
    const carrier = this.#current;
    for (const attachment of [...this.#attachments.keys()]) {
      if (attachment.carrier !== null) continue;
      if (carrier !== null) attachment.attachTo(carrier);
      else if (situation.status === 'waiting' && situation.retryAt === null && trouble !== null)
        attachment.end({ ...noChild, cause: this.#asDown(trouble) });
    }
  }

  /** The cause that waiting forwards show. */
  #asDown(trouble: Cause): Cause {
    const { isOnline, asDown = asTransportDown } = this.#parts;
    if (isNetworkFailure(trouble) && !isOnline())
      return describeCause('network-down', { evidence: trouble.evidence ?? undefined });
    return asDown(trouble);
  }

  #logStep(before: TransportState, { trouble, situation }: TransportState): void {
    const { log, clock, key } = this.#parts;
    if (trouble !== null) {
      this.#downSince ??= clock.now();
      if (before.trouble?.title === trouble.title && before.trouble.evidence === trouble.evidence) return;
      const evidence = trouble.evidence === null ? '' : ` (${trouble.evidence})`;
      log.warn(`${key.name}: ${trouble.title}${evidence}`);
    } else if (before.trouble !== null) {
      const since = this.#downSince ?? clock.now();
      this.#downSince = null;
      // Nobody uses it any more.
      if (situation.status === 'closed') return;
      log.info(`${key.name} is back after ${String(Math.round((clock.now() - since) / 1000))} s`);
    }
  }
}

/** The carrier that serves. */
const carrierIn = ({ situation }: TransportState): CarrierNumber | null =>
  situation.status === 'up' || situation.status === 'doubtful' ? situation.carrier : null;

const isOutage = (event: TransportEvent): boolean =>
  event.type === 'silent' || ((event.type === 'ended' || event.type === 'condemned') && event.cause !== null);

/** The enabled policy with the shortest initial delay. */
function policyOf(services: readonly ServiceSpec[]): RestartPolicySpec {
  const policies = services.map(({ restartPolicy }) => restartPolicy);
  const enabled = policies.filter((policy) => policy.enabled);
  const [first, ...rest] = enabled.length > 0 ? enabled : policies;
  if (first === undefined) return defaultRestartPolicy;
  return rest.reduce((most, policy) => (policy.initialDelayMs < most.initialDelayMs ? policy : most), first);
}
