/** Any program that can listen on a given port or socket. The tunnel is ready once the program listens. */
import net from 'node:net';
import { type Cause, describeCause } from '../../../shared/failure.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import { type Clock, sleep } from '../clock.ts';
import { ChildCarrier, type ChildCarrierOptions } from '../transport/child-carrier.ts';
import { endpointPlaceholder, expandPlaceholders, type Placeholder } from './command-template.ts';
import { attemptConnect } from '../connect/connect-attempt.ts';
import { toEvidence } from '../failure/evidence.ts';
import { isListening } from './listening-endpoint.ts';
import { findForeignListener } from './foreign-listener.ts';
import { assertFitsSockets, ensureRuntimeDirectory, removeFile, tunnelFile } from '../files/private-path.ts';
import type { SystemEndpoint } from '../connect/endpoint.ts';
import type { TunnelAdapter, TunnelRequest } from './tunnel-adapter.ts';

export interface CommandAdapterOptions extends ChildCarrierOptions {
  /** An existing directory with mode 0700 and a short path, as for ssh. */
  readonly runtimeDirectory: string;
}

const firstProbeDelayMs = 20;
const maxProbeDelayMs = 200;
/** A listener on this machine normally shows up at once; after this time without one, a connection is tried. */
const connectFallbackMs = 5_000;

export function createCommandAdapter(options: CommandAdapterOptions): TunnelAdapter {
  assertFitsSockets(options.runtimeDirectory);
  return {
    open: (request) => {
      const tunnel = new ChildCarrier(options, request);
      void launch(tunnel, request, options);
      return tunnel;
    },
  };
}

async function launch(
  tunnel: ChildCarrier,
  request: TunnelRequest,
  options: CommandAdapterOptions,
): Promise<void> {
  const { connection, name } = request.service;
  if (connection.technology !== 'command') throw new Error(`not a command service: ${name}`);
  const { argv } = connection;
  const placeholder = endpointPlaceholder(argv);
  if (!placeholder.ok) {
    tunnel.fail(
      describeCause('config-invalid', { what: placeholder.error, evidence: toEvidence(argv.join(' '), []) }),
    );
    return;
  }
  const socket = tunnelFile(options.runtimeDirectory, request.id, 'sock');
  try {
    ensureRuntimeDirectory(options.runtimeDirectory);
    const localPort = await freeLoopbackPort();
    // A program that finds an old socket file fails with "address already in use".
    await removeFile(socket);
    const endpoint = endpointFor(placeholder.value, { localPort, socket });
    tunnel.launch({
      child: {
        name: `command ${name}`,
        argv: expandPlaceholders(argv, { localPort, socket }),
        ownsDescendants: true,
        ...(endpoint.kind === 'tcp' ? { privatePort: endpoint.port } : {}),
      },
      interpret: () => ({ kind: 'evidence' }),
      probeReadiness: (signal) => becomeReady(endpoint, { tunnel, clock: options.clock, signal }),
      cleanUp: () => removeFile(socket),
    });
  } catch (error) {
    tunnel.fail(describeCause('exited', { ending: 'it could not be started', evidence: String(error) }));
  }
}

function endpointFor(
  placeholder: Placeholder,
  { localPort, socket }: { readonly localPort: number; readonly socket: string },
): SystemEndpoint {
  return placeholder === 'socket'
    ? { kind: 'unix', path: socket }
    : { kind: 'tcp', host: '127.0.0.1', port: localPort };
}

interface Readiness {
  readonly tunnel: ChildCarrier;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

interface Seen {
  readonly endpoint: SystemEndpoint;
  /** A connection was accepted, but the listener cannot be seen. */
  readonly isHidden: boolean;
}

/** Rejects a foreign program that bound the port before the command did, so that no client's bytes reach it. */
async function becomeReady(
  endpoint: SystemEndpoint,
  { tunnel, clock, signal }: Readiness,
): Promise<Result<SystemEndpoint, Cause> | null> {
  const seen = await untilListening(endpoint, { tunnel, clock, signal });
  const { pid } = tunnel;
  if (seen === null || pid === null) return null;
  if (seen.endpoint.kind === 'unix') return ok(seen.endpoint);
  const { port } = seen.endpoint;
  const holder = seen.isHidden ? hiddenHolder : await findForeignListener(seen.endpoint, pid);
  if (signal.aborted) return null;
  return holder === null
    ? ok(seen.endpoint)
    : err(describeCause('port-in-use', { port, holder, isPrivate: true }));
}

/** macOS shows only this user's listeners, so a hidden one that accepts connections belongs to another user. */
const hiddenHolder = process.platform === 'darwin' ? 'a program of another user' : null;

/**
 * Polls, because an unknown program has no standard way to report readiness. If no listener shows up for a while (in a
 * container, for example), a successful connection counts as the last resort. null when aborted.
 */
async function untilListening(
  endpoint: SystemEndpoint,
  { tunnel, clock, signal }: Readiness,
): Promise<Seen | null> {
  const connectsFrom = clock.now() + connectFallbackMs;
  let delayMs = firstProbeDelayMs;
  while (await sleep(clock, delayMs, signal)) {
    if (await isListening(endpoint)) return signal.aborted ? null : { endpoint, isHidden: false };
    const other = await ownListenerOnIpv6(endpoint, tunnel);
    if (other !== null) return signal.aborted ? null : { endpoint: other, isHidden: false };
    if (clock.now() >= connectsFrom && (await attemptConnect(endpoint, signal, clock)).kind === 'connected')
      return { endpoint, isHidden: true };
    delayMs = Math.min(delayMs * 1.5, maxProbeDelayMs);
  }
  return null;
}

/**
 * A program that listens on `localhost` may get only ::1. The port was free on 127.0.0.1, so someone else's listener here is
 * no reason to fail.
 */
async function ownListenerOnIpv6(
  endpoint: SystemEndpoint,
  { pid }: ChildCarrier,
): Promise<SystemEndpoint | null> {
  if (endpoint.kind === 'unix' || pid === null) return null;
  const other = { ...endpoint, host: '::1' };
  const isOwn = (await isListening(other)) && (await findForeignListener(other, pid)) === null;
  return isOwn ? other : null;
}

/** Chosen by the kernel and released before this resolves, so another program can still bind it first. */
function freeLoopbackPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0 }, () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => {
        resolve(port);
      });
    });
  });
}
