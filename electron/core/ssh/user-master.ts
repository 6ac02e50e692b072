/**
 * The user's own ControlMaster as the connection of a service. Invariants:
 *
 * 1. LocalPort never stops it and leaves nothing on it: it only requests channels (`stdio-forward.ts`).
 * 2. If its socket disappears, that is noticed within `checkIntervalMs`, or at once when a channel is requested.
 */
import { lstat } from 'node:fs/promises';
import type { SshConnection } from '../../../shared/service-spec.ts';
import { type Cause, describeCause } from '../../../shared/failure.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import { type Clock, type Timer, withDeadline } from '../clock.ts';
import { attemptConnect } from '../connect/connect-attempt.ts';
import type { Endpoint } from '../connect/endpoint.ts';
import { CarrierLife, noChild } from '../transport/carrier-life.ts';
import type { CarrierEnd, CarrierRequest, TransportProof } from '../transport/carrier.ts';
import type { Channels, ChannelTarget } from '../mux/channel.ts';
import type { ControlPaths } from './control-path.ts';
import type { LockedKeyTerms } from './locked-key.ts';
import { ownMasterCommand } from './ssh-command.ts';
import type { Attachment } from '../transport/carrier-attachment.ts';
import { readSshSettings, sshSetting } from './ssh-settings.ts';
import { StdioForwards } from '../mux/stdio-forward.ts';

const checkIntervalMs = 2_000;

/**
 * Nothing listens on port 0, and no name has to be resolved. Not a path: with masters before OpenSSH 9.4, the
 * server would try to resolve it as a name.
 */
const refusedTarget: ChannelTarget = { host: '127.0.0.1', port: 0 };

export interface UserMasterParts {
  readonly connection: SshConnection;
  readonly paths: ControlPaths;
  readonly clock: Clock;
  /** An existing 0700 directory of the user's. */
  readonly runtimeDirectory: string;
}

export class UserMaster implements Attachment {
  readonly pid = null;
  readonly openedInMs = null;
  readonly ready: Promise<Result<Endpoint, Cause>>;
  readonly ended: Promise<CarrierEnd>;
  readonly #request: CarrierRequest;
  readonly #parts: UserMasterParts;
  readonly #life = new CarrierLife();
  readonly #ending = new AbortController();
  #channels: Channels | null = null;
  #timer: Timer | null = null;

  constructor(request: CarrierRequest, parts: UserMasterParts) {
    this.#request = request;
    this.#parts = parts;
    this.ready = this.#life.ready;
    this.ended = this.#life.ended;
    void this.#open();
  }

  /** Available once it is ready. */
  get channels(): Channels {
    if (this.#channels === null) throw new Error('the master is not ready yet');
    return this.#channels;
  }

  /** Requests a channel that the server always refuses: the refusal is a round trip. */
  async prove(deadlineMs: number): Promise<TransportProof> {
    if (this.#channels === null) return { kind: 'unprovable' };
    const ending = new AbortController();
    const stop = (): void => ending.abort();
    this.#ending.signal.addEventListener('abort', stop, { once: true });
    const opening = this.#channels.open(refusedTarget, ending.signal);
    const opened = await withDeadline(this.#parts.clock, deadlineMs, opening);
    ending.abort();
    this.#ending.signal.removeEventListener('abort', stop);
    if (opened === 'deadline') return { kind: 'silent' };
    if (opened.ok) opened.value.on('error', () => undefined).destroy();
    if (opened.ok || opened.error.kind === 'refused') return { kind: 'alive' };
    if (opened.error.kind === 'denied') return { kind: 'unprovable' };
    const cause = this.#missing(opened.error.kind === 'gone' ? opened.error.reason : null);
    if (opened.error.kind === 'gone') this.#end(cause);
    return { kind: 'dead', cause };
  }

  /** There is no other master to use. */
  condemn(): void {
    return;
  }

  detach(): Promise<void> {
    this.#end(null);
    return Promise.resolve();
  }

  async #open(): Promise<void> {
    const { connection, paths } = this.#parts;
    const { service, forced = false } = this.#request;
    const found = await paths.find(service, connection, forced);
    if (this.#ending.signal.aborted) return;
    if (!found.ok) {
      this.#end(found.error);
      return;
    }
    const socket = await socketAt(found.value);
    if (!socket.ok) {
      this.#end(this.#missing(socket.error));
      return;
    }
    const { runtimeDirectory } = this.#parts;
    this.#channels = new StdioForwards({ controlPath: found.value, runtimeDirectory, id: this.#request.id });
    const proof = await this.prove(service.startTimeoutMs);
    switch (proof.kind) {
      case 'alive':
      case 'unprovable':
        this.#life.settleReady(ok({ kind: 'unix', path: found.value }));
        this.#watch(found.value, socket.value);
        break;
      case 'silent':
        this.#end(describeCause('timed-out', { host: connection.host }));
        break;
      case 'dead':
        this.#end(proof.cause);
    }
  }

  /** A new socket at the same path is a new connection. */
  #watch(path: string, inode: bigint): void {
    if (this.#ending.signal.aborted) return;
    this.#timer = this.#parts.clock.after(checkIntervalMs, () => {
      void socketAt(path).then((socket) => {
        if (socket.ok && socket.value === inode) this.#watch(path, inode);
        else this.#end(this.#missing(socket.ok ? 'its socket was replaced' : socket.error));
      });
    });
  }

  /** null: on request. */
  #end(cause: Cause | null): void {
    this.#ending.abort();
    this.#timer?.cancel();
    this.#life.end({ ...noChild, cause });
  }

  #missing(evidence: string | null): Cause {
    const { connection } = this.#parts;
    return describeCause('master-missing', {
      host: connection.host,
      command: ownMasterCommand(connection),
      evidence: evidence ?? undefined,
    });
  }
}

/** Whether the user has an open master for this connection, which could carry its forwards. Never rejects. */
export async function hasOpenMaster(connection: SshConnection, terms: LockedKeyTerms): Promise<boolean> {
  const { jump, remoteSocket, localTarget } = connection;
  // `control_path: user` allows none of them.
  if (jump.length > 0 || remoteSocket !== undefined || localTarget !== undefined) return false;
  const path = sshSetting((await readSshSettings(connection, terms)) ?? [], 'controlpath');
  if (path === null || !(await socketAt(path)).ok) return false;
  // The socket of a killed master stays.
  return (await attemptConnect({ kind: 'unix', path }, terms.signal, terms.clock)).kind === 'connected';
}

/** The inode of this user's socket, or why it cannot be used. */
async function socketAt(path: string): Promise<Result<bigint, string>> {
  try {
    const stats = await lstat(path, { bigint: true });
    if (!stats.isSocket()) return err(`${path} is not a socket`);
    if (Number(stats.uid) !== process.getuid?.()) return err(`${path} belongs to another user`);
    return ok(stats.ino);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return err(code === 'ENOENT' ? `${path} does not exist` : message);
  }
}
