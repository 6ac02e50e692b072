/**
 * A forward whose endpoint is our own Unix socket: each client gets a channel on a shared ssh master. It covers what
 * ssh's own sockets cannot do: a SOCKS proxy that replies only after the remote end has, and a master on which nothing of
 * ours may remain. Invariants:
 *
 * 1. A SOCKS proxy never reports a failed target: each client chooses its own target and gets its own reply.
 * 2. If the master ends before a client's channel is open, the client waits for the next master, as long as clients in
 *    the hold do, even after this tunnel has ended.
 */
import net from 'node:net';
import type { Duplex } from 'node:stream';
import { describeCause } from '../../../shared/failure.ts';
import { ok, type Result } from '../../../shared/result.ts';
import { withOwnSignal } from '../abort-signal.ts';
import type { Timer } from '../clock.ts';
import { toEvidence } from '../failure/evidence.ts';
import { classifyComplaint } from '../failure/failure-classifier.ts';
import { bindPrivately } from '../files/private-bind.ts';
import { noChild } from '../transport/carrier-life.ts';
import type { CarrierEnd } from '../transport/carrier.ts';
import type { Succession } from '../transport/succession.ts';
import { type ChannelFailure, type Channels, type ChannelTarget, prohibitedCode } from '../mux/channel.ts';
import { ensureRuntimeDirectory, removeFile, tunnelFile } from '../files/private-path.ts';
import { cannotListen } from '../ssh/ssh-output.ts';
import { joinChannel, joinedHighWaterMark } from './joined-channel.ts';
import { serveSocks } from './socks-client.ts';
import type { SocksTarget } from './socks-request.ts';
import { type AttachedTunnelParts, AttachedTunnel } from './attached-tunnel.ts';
import type { TunnelRequest } from './tunnel-adapter.ts';

export interface SshChannelForwardParts extends AttachedTunnelParts {
  readonly runtimeDirectory: string;
  readonly channelsAt: (controlPath: string) => Channels;
  readonly succession: Succession<Channels>;
  /** `socks`: each client sends its own target. */
  readonly to: ChannelTarget | 'socks';
}

/** A failed channel may mean that the master is gone, so the master is probed. */
const proofMs = 500;
/** A client that does not speak SOCKS may retry again and again. */
const logSpacingMs = 10_000;

export class SshChannelForward extends AttachedTunnel {
  readonly #request: TunnelRequest;
  readonly #parts: SshChannelForwardParts;
  readonly #listenPath: string;
  readonly #server = net.createServer({
    allowHalfOpen: true,
    pauseOnConnect: true,
    highWaterMark: joinedHighWaterMark,
  });
  readonly #clients = new Set<net.Socket>();
  /** The clients whose channel is still being opened. */
  readonly #opening = new Set<net.Socket>();
  #controlPath = '';
  #announced: Channels | null = null;
  #loggedAt = -Infinity;

  constructor(request: TunnelRequest, parts: SshChannelForwardParts) {
    super(request.id, parts);
    this.#request = request;
    this.#parts = parts;
    this.#listenPath = tunnelFile(parts.runtimeDirectory, request.id, 'sock');
  }

  protected override async openOn(controlPath: string): Promise<void> {
    const { runtimeDirectory, succession } = this.#parts;
    this.#controlPath = controlPath;
    this.#server.on('connection', (client) => void this.#serve(client));
    this.#server.once('error', ({ message }) => {
      void this.end({ ...noChild, cause: cannotListen(toEvidence(message, [])) });
    });
    this.#server.once('listening', () => {
      this.#announced = this.#channels;
      succession.announce(this.#request.service.name, this.#announced);
      this.life.settleReady(ok({ kind: 'unix', path: this.#listenPath }));
    });
    try {
      ensureRuntimeDirectory(runtimeDirectory);
      await removeFile(this.#listenPath);
      if (this.hasEnded()) return;
      bindPrivately(() => this.#server.listen(this.#listenPath));
    } catch (error) {
      void this.end({ ...noChild, cause: cannotListen(toEvidence(String(error), [])) });
    }
  }

  protected override close({ cause }: CarrierEnd): null {
    this.#server.close();
    if (this.#announced !== null)
      this.#parts.succession.withdraw(this.#request.service.name, this.#announced);
    for (const client of this.#clients) if (cause === null || !this.#opening.has(client)) client.destroy();
    return null;
  }

  protected override cleanUp(): Promise<unknown> {
    return removeFile(this.#listenPath).catch(() => undefined);
  }

  get #channels(): Channels {
    return this.#parts.channelsAt(this.#controlPath);
  }

  async #serve(client: net.Socket): Promise<void> {
    const leaving = new AbortController();
    this.#clients.add(client);
    client.on('error', () => undefined);
    client.once('close', () => {
      this.#clients.delete(client);
      leaving.abort();
      if (!this.hasEnded()) this.#replaceWornOut(this.#channels);
    });
    const open = async (to: ChannelTarget): Promise<Result<Duplex, ChannelFailure>> => {
      this.#opening.add(client);
      const opened = await this.#openChannel(to, leaving.signal);
      this.#opening.delete(client);
      return opened;
    };
    const { clock, to } = this.#parts;
    if (to === 'socks') {
      const served = await serveSocks(client, {
        clock,
        open,
        onBadRequest: (reason) => this.#logBadRequest(reason),
        onRefused: (target, failure) => this.#logRefusedTarget(target, failure),
      });
      if (served !== null) joinChannel(client, served.channel, served.early);
      return;
    }
    const opened = await open(to);
    if (opened.ok) {
      joinChannel(client, opened.value);
      return;
    }
    this.#complain(opened.error);
    client.destroy();
  }

  #openChannel(to: ChannelTarget, leaving: AbortSignal): Promise<Result<Duplex, ChannelFailure>> {
    return withOwnSignal([leaving], (waiting) => this.#openInTurn(to, leaving, waiting));
  }

  async #openInTurn(
    to: ChannelTarget,
    leaving: AbortSignal,
    waiting: AbortController,
  ): Promise<Result<Duplex, ChannelFailure>> {
    const { clock, attachment, succession } = this.#parts;
    const { name, holdTimeoutMs } = this.#request.service;
    let hold: Timer | null = null;
    let isRenewed = false;
    try {
      for (let channels = this.#channels; ;) {
        const opened = await channels.open(to, leaving);
        if (opened.ok || opened.error.kind !== 'gone') return opened;
        hold ??= clock.after(holdTimeoutMs, () => waiting.abort());
        // If the attachment is about to end, its own end reports why.
        if (!this.hasEnded()) void attachment.prove(proofMs);
        // The master may still run, with only our connection to it lost.
        const renewed = !this.hasEnded() && !isRenewed ? this.#channels : channels;
        isRenewed = true;
        const next = renewed === channels ? await succession.next(name, channels, waiting.signal) : renewed;
        if (next === null) return opened;
        channels = next;
      }
    } finally {
      hold?.cancel();
    }
  }

  #complain(failure: ChannelFailure): void {
    if (failure.kind !== 'refused') return;
    const kind = failure.code === prohibitedCode ? 'administratively prohibited' : 'connect failed';
    const cause = classifyComplaint(
      this.#request.service,
      `channel 0: open failed: ${kind}: ${failure.reason}`,
    );
    this.life.complain(cause);
  }

  #logRefusedTarget({ host, port }: SocksTarget, failure: ChannelFailure): void {
    if (failure.kind === 'canceled') return;
    this.#request.log.debug(`SOCKS: ${host} port ${String(port)}: ${failure.reason}`);
  }

  #logBadRequest(reason: string): void {
    const { clock } = this.#parts;
    if (clock.now() < this.#loggedAt + logSpacingMs) return;
    this.#loggedAt = clock.now();
    this.#request.log.warn(`SOCKS: ${reason}`);
  }

  #replaceWornOut({ isWornOut }: Channels): void {
    if (!isWornOut) return;
    // New clients get another master.
    const cause = describeCause('exited', { ending: 'ssh is replaced after too many refused connections' });
    this.#parts.attachment.condemn(cause);
    if (this.#clients.size === 0) void this.end({ ...noChild, cause });
  }
}
