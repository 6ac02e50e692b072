/**
 * Admits only HTTP clients whose Host is an allowed name. Otherwise a web page whose own name was made to resolve to this
 * machine (DNS rebinding) could read from the service as if from its own origin: its browser sends that name as Host.
 * Invariants:
 *   1. Only the first request of a connection is read. A browser keeps a connection for one name (RFC 9110, section 7.4 lets
 *      a server rely on it), so later requests have the same one.
 *   2. No byte of a client reaches a tunnel before its head is complete and allowed; then all bytes do, unchanged.
 *   3. A head has at most `maxHeadBytes` and arrives within `headTimeoutMs`.
 */
import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import { headEnd, hostOfHead, plainHost } from './request-host.ts';

const maxHeadBytes = 16 * 1024;
const headTimeoutMs = 10_000;
const refusalTimeoutMs = 1_000;

const body = 'This name is not in allowed_hosts of the service in LocalPort.\n';
const forbidden = [
  'HTTP/1.1 403 Forbidden',
  'Content-Type: text/plain; charset=utf-8',
  `Content-Length: ${Buffer.byteLength(body)}`,
  'Connection: close',
  '',
  body,
].join('\r\n');

export class HostHeaderFilter {
  readonly #clock: Clock;
  readonly #allowed: ReadonlySet<string>;
  readonly #waiting = new Set<Socket>();

  constructor(clock: Clock, allowedHosts: readonly string[]) {
    this.#clock = clock;
    // The config may name an IPv6 address without brackets.
    this.#allowed = new Set(
      allowedHosts.map((host) =>
        /:.*:/.test(host) && !host.startsWith('[') ? host.toLowerCase() : plainHost(host),
      ),
    );
  }

  /** Passes an allowed client on, paused and with all its bytes; answers any other and calls `onRefused` once it is closed. */
  screen(client: Socket, onAllowed: () => void, onRefused: () => void): void {
    this.#waiting.add(client);
    let seen = Buffer.alloc(0);
    const letGo = (): void => {
      timer.cancel();
      this.#waiting.delete(client);
      client.off('data', onData).off('end', onEnd).off('close', onClose);
    };
    const onClose = (): void => {
      letGo();
      onRefused();
    };
    const refuse = (): void => {
      letGo();
      client.once('close', onRefused);
      this.#turnAway(client);
    };
    const onEnd = refuse;
    const onData = (bytes: Buffer): void => {
      seen = Buffer.concat([seen, bytes]);
      const end = headEnd(seen);
      if (end === -1 || end > maxHeadBytes) {
        if (seen.length > maxHeadBytes) refuse();
        return;
      }
      const host = hostOfHead(seen.toString('latin1', 0, end));
      if (host === null || !this.#allowed.has(host)) {
        refuse();
        return;
      }
      letGo();
      client.pause();
      client.unshift(seen);
      onAllowed();
    };
    const timer = this.#clock.after(headTimeoutMs, refuse);
    if (client.destroyed) onClose();
    else client.on('data', onData).on('end', onEnd).on('close', onClose).resume();
  }

  /** Closes clients whose head is not complete yet. */
  close(): void {
    for (const client of this.#waiting) client.destroy();
  }

  #turnAway(client: Socket): void {
    const timer = this.#clock.after(refusalTimeoutMs, () => client.destroy());
    client.once('close', () => timer.cancel());
    // Further bytes are read and dropped: if they stayed unread, closing would reset the connection and lose the answer.
    client.on('data', () => undefined).resume();
    client.end(forbidden);
  }
}
