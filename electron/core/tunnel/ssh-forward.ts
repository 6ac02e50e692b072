/**
 * One forward on an ssh master, with a Unix socket in the runtime directory as its endpoint. A path is never reused:
 * ssh would silently redirect connections on a reused path to the new target.
 */
import { type Cause, describeCause } from '../../../shared/failure.ts';
import { ok } from '../../../shared/result.ts';
import { toEvidence } from '../failure/evidence.ts';
import { classifyComplaint } from '../failure/failure-classifier.ts';
import { noChild } from '../transport/carrier-life.ts';
import type { CarrierEnd } from '../transport/carrier.ts';
import type { OwnAttachment } from '../transport/carrier-attachment.ts';
import { removeFile, tunnelFile } from '../files/private-path.ts';
import type { LocalForward, MuxFailure, MuxOptions, SshMux } from '../mux/ssh-mux.ts';
import { cannotListen, maxToldPathLength } from '../ssh/ssh-output.ts';
import { closeDeadlineMs, type AttachedTunnelParts, AttachedTunnel } from './attached-tunnel.ts';
import type { TunnelRequest } from './tunnel-adapter.ts';

export interface SshForwardParts extends AttachedTunnelParts {
  readonly runtimeDirectory: string;
  readonly mux: SshMux;
  readonly attachment: OwnAttachment;
  readonly to: LocalForward['to'];
}

const openDeadlineMs = 5_000;

export class SshForward extends AttachedTunnel {
  readonly #request: TunnelRequest;
  readonly #parts: SshForwardParts;
  readonly #forward: LocalForward;
  #controlPath = '';
  #isOpen = false;

  constructor(request: TunnelRequest, parts: SshForwardParts) {
    super(request.id, parts);
    this.#request = request;
    this.#parts = parts;
    const listenPath = tunnelFile(parts.runtimeDirectory, request.id, 'sock');
    this.#forward = { listenPath, to: parts.to };
    parts.attachment.onRefusal((path, line) => {
      if (path === listenPath.slice(0, maxToldPathLength)) this.#complain(line);
    });
  }

  protected override async openOn(controlPath: string): Promise<void> {
    this.#controlPath = controlPath;
    const { attachment, mux } = this.#parts;
    const opened = await mux.open(this.#options(openDeadlineMs), this.#forward);
    if (opened.ok) {
      this.#isOpen = true;
      // Stopped while opening: it never becomes ready.
      if (this.hasEnded()) await this.#close();
      else this.life.settleReady(ok({ kind: 'unix', path: this.#forward.listenPath }));
      return;
    }
    // If the attachment is about to end, its own end reports why. The next tunnel gets another connection.
    const proof = opened.error.kind === 'refused' ? null : await attachment.prove(closeDeadlineMs);
    const cause = proof?.kind === 'dead' ? proof.cause : causeOf(opened.error);
    if (opened.error.kind === 'gone' || (proof !== null && proof.kind !== 'alive')) attachment.condemn(cause);
    void this.end({ ...noChild, cause });
  }

  protected override close(_end: CarrierEnd, force: boolean): Promise<void> | null {
    return this.#isOpen && !force ? this.#close() : null;
  }

  protected override cleanUp(): Promise<unknown> {
    return removeFile(this.#forward.listenPath).catch(() => undefined);
  }

  #complain(line: string): void {
    this.life.complain(classifyComplaint(this.#request.service, line));
  }

  async #close(): Promise<void> {
    this.#isOpen = false;
    await this.#parts.mux.close(this.#options(closeDeadlineMs), this.#forward);
    await this.cleanUp();
  }

  #options(deadlineMs: number): MuxOptions {
    return { controlPath: this.#controlPath, clock: this.#parts.clock, deadlineMs };
  }
}

function causeOf(failure: MuxFailure): Cause {
  switch (failure.kind) {
    case 'silent':
      return describeCause('timed-out', { what: 'ssh', evidence: 'no response on its control socket' });
    case 'refused':
    case 'gone':
      return cannotListen(toEvidence(failure.reason, []));
  }
}
