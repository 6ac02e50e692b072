/** A real control server in a folder of its own, with a scripted host behind it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually } from '../../../../e2e/fixtures/eventually.ts';
import { controlProtocol } from '../../../../shared/control-contract.ts';
import { err, ok } from '../../../../shared/result.ts';
import type { Snapshot } from '../../../../shared/service-snapshot.ts';
import { systemClock, type Clock } from '../../clock.ts';
import { silentLogger } from '../../observability/logger.ts';
import { connectControl, type ControlClient } from '../control-client.ts';
import type { ControlHandlers } from '../control-handlers.ts';
import { ControlServer } from '../control-server.ts';
import { requestText, type RequestParts } from './request-text.ts';
import { ResponseReader, type RawResponse } from './response-reader.ts';

export const snapshot: Snapshot = {
  host: { kind: 'headless', pid: 1, version: '1.2.3', since: 0, logDirectory: '/logs', notices: [] },
  config: { status: 'loaded', path: '/config.yaml', problems: [] },
  services: [],
  prompts: [],
};

const unanswered = () => Promise.resolve(err({ code: 'bad-request', message: 'not in this test' } as const));
const nothing = Promise.resolve(ok({ accepted: [], refused: [] }));

/** Returns empty answers; streams end at once. */
export const emptyHandlers: ControlHandlers = {
  requests: {
    host: () => Promise.resolve(ok({ protocol: controlProtocol, host: snapshot.host })),
    snapshot: () => Promise.resolve(ok(snapshot)),
    'set-desired': () => nothing,
    restart: () => nothing,
    'log-in': () => nothing,
    'use-context': () => nothing,
    'look-at-host-key': unanswered,
    'trust-host-key': () => Promise.resolve(ok({})),
    retry: () => nothing,
    reload: () => Promise.resolve(ok(snapshot.config)),
    trust: () => Promise.resolve(ok(snapshot.config)),
    untrust: () => Promise.resolve(ok(snapshot.config)),
    'answer-prompt': () => Promise.resolve(ok({})),
    'dismiss-prompt': () => Promise.resolve(ok({})),
    dump: () =>
      Promise.resolve(ok({ snapshot, tasks: [], children: [], monitors: 0, owned: [], clients: 1 })),
    diagnostics: () => Promise.resolve(ok({ sections: [] })),
    'read-service': unanswered,
    'propose-service': unanswered,
    'validate-service': unanswered,
    'test-service': unanswered,
    'save-service': unanswered,
    'add-services': unanswered,
    'remove-service': unanswered,
    'undo-edit': unanswered,
    'port-holder': unanswered,
  },
  streams: {
    'watch-snapshot': () => Promise.resolve(ok(undefined)),
    'watch-prompts': () => Promise.resolve(ok(undefined)),
    logs: () => Promise.resolve(ok(undefined)),
    shutdown: () => Promise.resolve(ok(undefined)),
  },
};

export interface Handling {
  readonly requests?: Partial<ControlHandlers['requests']>;
  readonly streams?: Partial<ControlHandlers['streams']>;
}

export class ControlFixture {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'control-'));
  readonly socketPath = path.join(this.folder, 'control.sock');
  readonly #raw = new Set<Socket>();
  readonly #clients = new Set<ControlClient>();
  #server: ControlServer | null = null;

  async serve({ requests, streams }: Handling = {}, clock: Clock = systemClock): Promise<ControlServer> {
    const opened = await ControlServer.open({
      socketPath: this.socketPath,
      version: snapshot.host.version,
      handlers: {
        requests: { ...emptyHandlers.requests, ...requests },
        streams: { ...emptyHandlers.streams, ...streams },
      },
      clock,
      log: silentLogger,
    });
    if (!opened.ok) throw new Error(opened.error);
    this.#server = opened.value;
    return opened.value;
  }

  async client(): Promise<ControlClient> {
    const connected = await connectControl({
      socketPath: this.socketPath,
      clock: systemClock,
      version: 'test',
      connectTimeoutMs: 10_000,
    });
    if (!connected.ok) throw new Error(connected.error.message);
    this.#clients.add(connected.value);
    return connected.value;
  }

  /** A new socket that has sent nothing yet. */
  async raw(): Promise<RawClient> {
    const socket = connect(this.socketPath);
    this.#raw.add(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new RawClient(socket);
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.close();
    for (const socket of this.#raw) socket.destroy();
    await this.#server?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const keptBytes = 64 * 1024;

/** Sends raw bytes and parses HTTP answers. */
export class RawClient {
  readonly socket: Socket;
  isClosed = false;
  /** The first bytes that were received. */
  bytes = Buffer.alloc(0);
  readonly #reader = new ResponseReader();

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      if (this.bytes.length < keptBytes) this.bytes = Buffer.concat([this.bytes, chunk]);
      this.#reader.push(chunk);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.isClosed = true;
    });
  }

  /** The complete answers, and the one in progress. */
  get received(): readonly RawResponse[] {
    return this.#reader.responses;
  }

  say(parts: RequestParts): void {
    this.socket.write(requestText(parts));
  }

  async closes(): Promise<void> {
    await eventually('the host ends the connection', () => this.isClosed);
  }
}
