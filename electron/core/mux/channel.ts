/**
 * A connection to a target that an ssh server opens at our request: it carries a client's connection beyond the
 * master.
 */
import type { Duplex } from 'node:stream';
import type { Result } from '../../../shared/result.ts';

/** As the server sees it: its names, ports and files. */
export type ChannelTarget = { readonly host: string; readonly port: number } | { readonly path: string };

/** SSH_OPEN_ADMINISTRATIVELY_PROHIBITED of RFC 4254, section 5.1. */
export const prohibitedCode = 1;

export type ChannelFailure =
  /** By the server. `code`: the reason code of RFC 4254; null if the master does not pass it on. */
  | { readonly kind: 'refused'; readonly code: number | null; readonly reason: string }
  /** By the master: for example, because it asks its user to confirm each request (ControlMaster ask). */
  | { readonly kind: 'denied'; readonly reason: string }
  /** There is no master, or it has exited. */
  | { readonly kind: 'gone'; readonly reason: string }
  | { readonly kind: 'canceled' };

export interface Channels {
  /** Its master should be replaced as soon as it is idle. */
  readonly isWornOut: boolean;
  /**
   * Resolves when the server has opened the connection or refused it. Never rejects. The stream's `end` is the
   * target's, `end()` is passed on, and a client that stops reading stops the target. The stream is destroyed when
   * its master ends.
   */
  open(to: ChannelTarget, signal: AbortSignal): Promise<Result<Duplex, ChannelFailure>>;
}
