/**
 * One reverse forward on an ssh master: the server listens, and ssh passes each connection to a private Unix socket,
 * where the relay accepts it. The endpoint is where the relay connects to. Invariants:
 *
 * 1. It is ready once the server has confirmed that it listens.
 * 2. When it has ended, the server no longer listens, unless the server does not answer.
 * 3. The server has one listener per place: the previous tunnel releases it first, and keeps its connections.
 * 4. For a given place, ssh always gets the same socket path, a link to the relay's socket: ssh remembers the target of
 *    a forward that the server refused, and would send a later forward of the same place there (permission_set_add in
 *    channels.c of 9.2).
 */
import { existsSync } from 'node:fs';
import { rename, symlink } from 'node:fs/promises';
import { type Cause, type CauseDetails, describeCause } from '../../../shared/failure.ts';
import { ok } from '../../../shared/result.ts';
import type { LocalTarget, SshConnection } from '../../../shared/service-spec.ts';
import { type BindAddress, parseBindAddress } from '../../../shared/bind-address.ts';
import { withDeadline } from '../clock.ts';
import type { Endpoint } from '../connect/endpoint.ts';
import { toEvidence } from '../failure/evidence.ts';
import type { CarrierEnd, ListenRefusal, TransportProof } from '../transport/carrier.ts';
import { noChild } from '../transport/carrier-life.ts';
import { removeFile, reverseSocket, tunnelFile } from '../files/private-path.ts';
import type { OwnAttachment } from '../transport/carrier-attachment.ts';
import type { MuxFailure, MuxOptions, RemoteForward, SshMux } from '../mux/ssh-mux.ts';
import { closeDeadlineMs, type AttachedTunnelParts, AttachedTunnel } from './attached-tunnel.ts';
import type { TunnelRequest } from './tunnel-adapter.ts';

export interface SshReverseForwardParts extends AttachedTunnelParts {
  readonly mux: SshMux;
  readonly attachment: OwnAttachment;
  readonly runtimeDirectory: string;
  /** Where the server is to listen. */
  readonly listen: RemoteForward['listen'];
  /** As named in the config: aliases may hide that two servers are the same. */
  readonly server: Pick<SshConnection, 'host' | 'port' | 'jump'>;
  readonly target: LocalTarget;
  /**
   * Which tunnel has which remote port or socket on the servers. Only one can have a place: a service's next tunnel takes
   * it over from the previous one, even from another connection.
   */
  readonly holders: Map<string, SshReverseForward>;
}

const openDeadlineMs = 5_000;
/** After the cancel request, a round trip confirms that the server no longer listens. */
const releaseDeadlineMs = 1_000;
/** ssh prints the reason on stderr just before it answers. */
const reasonDeadlineMs = 500;

const takenOver = describeCause('exited', { ending: 'a newer tunnel replaced it' });

export class SshReverseForward extends AttachedTunnel {
  readonly #service: string;
  readonly #parts: SshReverseForwardParts;
  readonly #place: string;
  readonly #forward: RemoteForward;
  #controlPath = '';
  #isOpen = false;
  #isReady = false;
  /** The tunnel that had the place before and has released it. */
  #before: SshReverseForward | null = null;

  constructor({ id, service }: TunnelRequest, parts: SshReverseForwardParts) {
    super(id, parts);
    this.#service = service.name;
    this.#parts = parts;
    const { host, port, jump } = parts.server;
    this.#place = JSON.stringify([host, port, jump, parts.listen]);
    const toPath = tunnelFile(parts.runtimeDirectory, `from ${this.#place}`, 'sock');
    this.#forward = { listen: parts.listen, toPath };
  }

  override async proveTransport(deadlineMs: number, isRoutine = false): Promise<TransportProof> {
    const proof = await super.proveTransport(deadlineMs, isRoutine);
    // A cleaner of temporary folders may have removed the socket where the relay accepts connections.
    return proof.kind === 'alive' && !existsSync(this.#forward.toPath)
      ? { kind: 'dead', cause: describeCause('exited', { ending: 'its private socket is gone' }) }
      : proof;
  }

  protected override async openOn(controlPath: string): Promise<void> {
    this.#controlPath = controlPath;
    const cause = (await this.#takePlace()) ?? (this.hasEnded() ? null : await this.#listen());
    if (cause !== null) void this.end({ ...noChild, cause });
  }

  protected override close(_end: CarrierEnd, force: boolean): Promise<void> | null {
    return this.#isOpen ? this.#close(force) : null;
  }

  protected override async cleanUp(): Promise<void> {
    const { holders, clock } = this.#parts;
    if (holders.get(this.#place) === this) {
      holders.delete(this.#place);
      await removeFile(this.#forward.toPath).catch(() => undefined);
    }
    // The previous tunnel ends first, so that the cause on display is why this one failed.
    if (this.#isReady || this.#before === null) return;
    void this.#before.end({ ...noChild, cause: takenOver });
    await withDeadline(clock, closeDeadlineMs, this.#before.ended);
  }

  /** Stops listening on the server, if the server answers; existing connections stay open. */
  async #release(): Promise<void> {
    if (this.#isOpen) await this.#close();
    else if (!this.#isReady) await this.stop();
  }

  /** Why this tunnel cannot have the place; null: it has it, and no other tunnel of ours listens there. */
  async #takePlace(): Promise<Cause | null> {
    const { holders, server, listen, runtimeDirectory } = this.#parts;
    const holder = holders.get(this.#place) ?? null;
    if (holder !== null && holder.#service !== this.#service)
      return placeInUse(listen, server.host, { service: holder.#service });
    holders.set(this.#place, this);
    this.#before = holder;
    if (holder !== null) await holder.#release();
    return this.hasEnded() ? null : link(this.#forward.toPath, reverseSocket(runtimeDirectory, this.id));
  }

  /** Why the server does not listen; null: it does, or the tunnel was stopped. */
  async #listen(): Promise<Cause | null> {
    const { mux, target } = this.#parts;
    const refusal = this.#awaitRefusal();
    const opened = await mux.open(this.#at(openDeadlineMs), this.#forward);
    if (!opened.ok) return this.#causeOf(opened.error, refusal);
    refusal.cancel();
    this.#isOpen = true;
    // Stopped while opening: it never becomes ready.
    if (this.hasEnded()) await this.#close();
    else {
      this.#isReady = true;
      this.life.settleReady(ok(endpointOf(target)));
    }
    return null;
  }

  /** Collects ssh's refusal message while the server is asked to listen. */
  #awaitRefusal(): Refusal {
    const { attachment, listen, clock } = this.#parts;
    const place = 'path' in listen ? listen.path : String(listen.port);
    let report: (refusal: ListenRefusal) => void = () => undefined;
    const reported = new Promise<ListenRefusal>((resolve) => (report = resolve));
    const cancel = attachment.onListenRefused((refusal) => {
      if (refusal.place === place) report(refusal);
    });
    return {
      cancel,
      reason: async () => {
        const reason = await withDeadline(clock, reasonDeadlineMs, reported);
        cancel();
        return reason === 'deadline' ? null : reason;
      },
    };
  }

  async #causeOf(failure: MuxFailure, refusal: Refusal): Promise<Cause> {
    const { attachment, listen, server } = this.#parts;
    if (failure.kind === 'refused') {
      const reason = await refusal.reason();
      return refusalCause(listen, server.host, reason ?? { line: failure.reason, prohibition: null });
    }
    refusal.cancel();
    // If the attachment is about to end, its own end reports why. The next tunnel gets another connection.
    const proof = await attachment.prove(closeDeadlineMs);
    const evidence = failure.kind === 'gone' ? failure.reason : 'no response on its control socket';
    const cause =
      proof.kind === 'dead'
        ? proof.cause
        : describeCause('timed-out', { what: 'ssh', evidence: toEvidence(evidence, []) });
    if (failure.kind === 'gone' || proof.kind !== 'alive') attachment.condemn(cause);
    return cause;
  }

  async #close(force = false): Promise<void> {
    this.#isOpen = false;
    const { mux, attachment } = this.#parts;
    const closed = await mux.close(this.#at(closeDeadlineMs), this.#forward);
    if (closed.ok && !force) await attachment.roundTrip(releaseDeadlineMs);
  }

  #at(deadlineMs: number): MuxOptions {
    return { controlPath: this.#controlPath, clock: this.#parts.clock, deadlineMs };
  }
}

interface Refusal {
  readonly cancel: () => void;
  readonly reason: () => Promise<ListenRefusal | null>;
}

const endpointOf = (target: LocalTarget): Endpoint =>
  'path' in target ? { kind: 'unix', path: target.path } : { kind: 'tcp', ...target };

/** Atomic: a connection in between finds either the old link or the new one. */
async function link(from: string, to: string): Promise<Cause | null> {
  const fresh = `${from}.new`;
  try {
    await removeFile(fresh);
    await symlink(to, fresh);
    await rename(fresh, from);
    return null;
  } catch (error) {
    return describeCause('exited', { ending: 'its private socket cannot be made', evidence: String(error) });
  }
}

function refusalCause(
  listen: RemoteForward['listen'],
  host: string,
  { line, prohibition }: Pick<ListenRefusal, 'line' | 'prohibition'>,
): Cause {
  if (prohibition === null) return placeInUse(listen, host, { evidence: toEvidence(line, []) });
  const evidence = toEvidence(prohibition, []);
  const port = 'path' in listen ? undefined : listen.port;
  const isSocket = 'path' in listen;
  return describeCause('forwarding-prohibited', { host, port, isSocket, isReverse: true, evidence });
}

function placeInUse(
  listen: RemoteForward['listen'],
  host: string,
  known: Pick<CauseDetails, 'service' | 'evidence'>,
): Cause {
  const place =
    'path' in listen
      ? { what: listen.path, isSocket: true }
      : { port: listen.port, address: ownAddress(listen.host) };
  return describeCause('remote-port-in-use', { host, ...place, ...known });
}

/** Undefined for addresses that every server has; any other address the server may lack. */
function ownAddress(host: string): string | undefined {
  const bind = parseBindAddress(host);
  return bind !== undefined && everyServerHas.has(bind) ? undefined : host;
}

const everyServerHas: ReadonlySet<BindAddress> = new Set([null, '127.0.0.1', '::1', '0.0.0.0', '::']);
