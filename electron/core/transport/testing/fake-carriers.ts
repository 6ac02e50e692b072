/** Carriers that tests control, in a pool of their own, and forwards that record their notifications. */
import type { Cause } from '../../../../shared/failure.ts';
import { ok, type Result } from '../../../../shared/result.ts';
import type { ServiceSpec } from '../../../../shared/service-spec.ts';
import type { Endpoint } from '../../connect/endpoint.ts';
import { silentLogger } from '../../observability/logger.ts';
import { FakeClock, settle } from '../../testing/fake-clock.ts';
import type { Carrier, CarrierEnd, TransportProof } from '../carrier.ts';
import { CarrierLife, noChild } from '../carrier-life.ts';
import type { CarrierAttachment } from '../carrier-attachment.ts';
import type { CarrierReports } from '../shared-carrier.ts';
import type { CarrierOpening } from '../transport.ts';
import type { TransportLease } from '../transport-lease.ts';
import { TransportPool } from '../../pool/transport-pool.ts';

export class FakeCarrier implements Carrier {
  readonly id: string;
  readonly pid = null;
  readonly ready: Promise<Result<Endpoint, Cause>>;
  readonly ended: Promise<CarrierEnd>;
  readonly opening: CarrierOpening;
  readonly reports: CarrierReports;
  /** Resolvers of the running probes, oldest first. */
  readonly probes: ((proof: TransportProof) => void)[] = [];
  isStopped = false;
  isPromptingUser = false;
  readonly #life = new CarrierLife();

  constructor(opening: CarrierOpening, reports: CarrierReports) {
    this.id = opening.id;
    this.opening = opening;
    this.reports = reports;
    this.ready = this.#life.ready;
    this.ended = this.#life.ended;
  }

  onComplaint(): void {
    // None.
  }

  proveTransport(): Promise<TransportProof> {
    return new Promise((resolve) => this.probes.push(resolve));
  }

  async answers(proof: TransportProof = { kind: 'alive' }): Promise<void> {
    for (const resolve of this.probes.splice(0)) resolve(proof);
    await settle();
  }

  async comesUp(): Promise<void> {
    this.#life.settleReady(ok({ kind: 'unix', path: `/run/${this.id}` }));
    await settle();
  }

  async dies(cause: Cause, isUnused = false): Promise<void> {
    this.#life.end({ ...noChild, cause, ...(isUnused ? { isUnused } : {}) });
    await settle();
  }

  stop(): Promise<CarrierEnd> {
    this.isStopped = true;
    this.#life.end({ ...noChild, cause: null });
    return this.ended;
  }
}

export class FakeTransports {
  readonly clock = new FakeClock();
  readonly carriers: FakeCarrier[] = [];
  /** Notifications of the forwards, in order. */
  readonly notifications: string[] = [];
  /** What the log tells the user. */
  readonly logged: string[] = [];
  isOnline = true;
  readonly pool = new TransportPool({
    name: 'transport',
    clock: this.clock,
    log: {
      ...silentLogger,
      info: (message) => this.logged.push(message),
      warn: (message) => this.logged.push(message),
    },
    random: () => 0.5,
    openSsh: (opening, reports) => {
      const carrier = new FakeCarrier(opening, reports);
      this.carriers.push(carrier);
      return carrier;
    },
    openKube: () => {
      throw new Error('no cluster here');
    },
    launcher: {
      launch: () => {
        throw new Error('no child here');
      },
    },
    environment: () => ({}),
    isOnline: () => this.isOnline,
    onChange: () => undefined,
  });

  get carrier(): FakeCarrier {
    const carrier = this.carriers.at(-1);
    if (carrier === undefined) throw new Error('nothing was opened');
    return carrier;
  }

  lease(service: ServiceSpec): TransportLease {
    const lease = this.pool.lease({
      onDown: ({ code }) => this.notifications.push(`${service.name} down: ${code}`),
      onUp: () => this.notifications.push(`${service.name} up`),
      onSuspected: () => this.notifications.push(`${service.name} suspected`),
      onRenewed: () => this.notifications.push(`${service.name} renewed`),
      onMoved: () => this.notifications.push(`${service.name} moved`),
      clientsWait: () => false,
    });
    lease.take(service);
    return lease;
  }

  attach(
    service: ServiceSpec,
    given: Partial<FakeTraffic> & { readonly forced?: boolean } = {},
  ): CarrierAttachment {
    const { forced = false, queued = false, received = () => 0 } = given;
    const carrierUser = {
      service: service.name,
      target: 'db:5432',
      hasQueuedBytes: () => queued,
      bytesReceived: received,
    };
    return this.pool.attach({ service, carrierUser, forced });
  }

  async dispose(): Promise<void> {
    await this.pool.close();
    for (const carrier of this.carriers) await carrier.answers();
  }

  take(): readonly string[] {
    return this.notifications.splice(0);
  }
}

interface FakeTraffic {
  readonly queued: boolean;
  readonly received: () => number;
}
