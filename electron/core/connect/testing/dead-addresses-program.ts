/**
 * Connects to names of an echo server by everything that connects to the remote end: the relay, the tcp adapter's dial and
 * a check. Then lets a check of a dead name time out. Arguments: a port, a name with only dead addresses, and the other
 * names. Prints a `Measurements` as JSON.
 */
import { lookup } from 'node:dns/promises';
import { systemClock as clock } from '../../clock.ts';
import { probeOverConnection } from '../../health/probes/probe-connection.ts';
import { connectUpstream } from '../../relay/upstream-connection.ts';
import { attemptConnect } from '../connect-attempt.ts';
import type { Endpoint } from '../endpoint.ts';

export interface MeasuredName {
  readonly firstAddress: string;
  /** Milliseconds, or the reason there was no connection. */
  readonly relay: number | string;
  readonly adapter: number | string;
  readonly check: number | string;
}

export interface Measurements {
  readonly names: Readonly<Record<string, MeasuredName>>;
  readonly overdue: { readonly finding: string; readonly tookMs: number; readonly socketsLeft: number };
}

type Outcome = 'connected' | (string & {});

const timeoutMs = 8_000;
/** Long enough to try the third address. */
const shortTimeoutMs = 700;
const never = new AbortController().signal;

/** Counts as connected once its bytes have come back; they are read into a buffer shared by all attempts. */
function relay(endpoint: Endpoint): Promise<Outcome> {
  return new Promise((resolve) => {
    connectUpstream(
      endpoint,
      {
        onConnected: (upstream) => {
          upstream.onBytes = (bytes) => {
            upstream.socket.destroy();
            resolve(String(Buffer.from(bytes)) === 'ping' ? 'connected' : 'the wrong bytes came back');
            return false;
          };
          upstream.socket.write('ping');
        },
        onFailed: resolve,
      },
      clock,
    );
  });
}

async function adapter(endpoint: Endpoint): Promise<Outcome> {
  const attempt = await attemptConnect(endpoint, never, clock);
  return attempt.kind === 'failed' ? attempt.error.message : attempt.kind;
}

async function check(endpoint: Endpoint, givesUpAfterMs = timeoutMs): Promise<Outcome> {
  const spec = { type: 'tcp' } as const;
  const request = { endpoint, spec, timeoutMs: givesUpAfterMs, signal: never, clock };
  const result = await probeOverConnection(request, { halfCloses: true }, (connection) => {
    connection.pass();
  });
  return result.kind === 'failed' ? result.finding : 'connected';
}

async function timed(
  connect: (endpoint: Endpoint) => Promise<Outcome>,
  endpoint: Endpoint,
): Promise<number | string> {
  const startedAt = clock.now();
  const overdue = new Promise<Outcome>((resolve) =>
    clock.after(timeoutMs, () => {
      resolve(`no connection within ${timeoutMs} ms`);
    }),
  );
  const outcome = await Promise.race([connect(endpoint), overdue]);
  return outcome === 'connected' ? Math.round(clock.now() - startedAt) : outcome;
}

async function measure(host: string, port: number): Promise<MeasuredName> {
  const endpoint = { kind: 'tcp', host, port } as const;
  const [addresses, relayed, dialed, checked] = await Promise.all([
    lookup(host, { all: true, verbatim: true }),
    timed(relay, endpoint),
    timed(adapter, endpoint),
    timed(check, endpoint),
  ]);
  return {
    firstAddress: addresses[0]?.address ?? 'none',
    relay: relayed,
    adapter: dialed,
    check: checked,
  };
}

const openSockets = (): number =>
  process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length;

async function runOutOfTime(host: string, port: number): Promise<Measurements['overdue']> {
  const startedAt = clock.now();
  const finding = await check({ kind: 'tcp', host, port }, shortTimeoutMs);
  return { finding, tookMs: Math.round(clock.now() - startedAt), socketsLeft: openSockets() };
}

async function main([portArgument, deadHost = '', ...hosts]: readonly string[]): Promise<void> {
  const port = Number(portArgument);
  const measured = hosts.map(async (name) => [name, await measure(name, port)] as const);
  const names = Object.fromEntries(await Promise.all(measured));
  const report: Measurements = { names, overdue: await runOutOfTime(deadHost, port) };
  console.log(JSON.stringify(report));
  process.exit();
}

void main(process.argv.slice(2));
