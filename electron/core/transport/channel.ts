/** A connection to a target, made by an ssh server at our request: what a client's connection becomes beyond the master. */
import type { Duplex } from 'node:stream';
import type { Result } from '../../../shared/result.ts';

/** As the server sees it: its names, its ports, its files. */
export type ChannelTarget = { readonly host: string; readonly port: number } | { readonly path: string };

/** Reasons of RFC 4254, section 5.1. */
export const openFailures = {
  prohibited: 1,
  connectFailed: 2,
  unknownType: 3,
  shortage: 4,
} as const;

export type ChannelFailure =
  /** By the server. `code`: one of `openFailures`; null where the master keeps it to itself. */
  | { readonly kind: 'refused'; readonly code: number | null; readonly reason: string }
  /** By the master: it asks its user for each request (ControlMaster ask), say. */
  | { readonly kind: 'denied'; readonly reason: string }
  /** There is no master, or no longer. */
  | { readonly kind: 'gone'; readonly reason: string }
  | { readonly kind: 'cancelled' };

export interface Channels {
  /** Its master should be replaced as soon as nobody uses it. */
  readonly isWornOut: boolean;
  /**
   * Resolves once the server has made the connection, or says why it has not. Never rejects. The stream's `end` is the
   * target's, `end()` is passed on, and whoever stops reading stops the target. It is destroyed with its master.
   */
  open(to: ChannelTarget, signal: AbortSignal): Promise<Result<Duplex, ChannelFailure>>;
}
