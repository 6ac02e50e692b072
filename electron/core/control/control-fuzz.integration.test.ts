import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { maxRequestBytes } from '../../../shared/control-contract.ts';
import { ok } from '../../../shared/result.ts';
import type { ControlClient } from './control-client.ts';
import { allRoutes } from './control-routes.ts';
import type { ControlServer } from './control-server.ts';
import { ControlFixture, snapshot } from './testing/control-fixture.ts';

const cases = 10_000;
/** Concurrent attackers. */
const crowd = 50;

let fixture: ControlFixture;
let server: ControlServer;
let bystander: ControlClient;
let snapshots: number;

beforeEach(async () => {
  fixture = new ControlFixture();
  snapshots = 0;
  server = await fixture.serve({
    requests: {
      snapshot: () => {
        snapshots++;
        return Promise.resolve(ok(snapshot));
      },
    },
  });
  bystander = await fixture.client();
});

afterEach(() => fixture.close());

const text = (value: string): Buffer => Buffer.from(value, 'latin1');

// Not HEAD: its answer has a length but no body, and the reader of this test would take the next answer for the body.
const method = fc.oneof(
  fc.constantFrom('GET', 'POST', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT', 'PRI', 'get'),
  fc.string({ maxLength: 8 }),
);
const path = fc.oneof(
  fc.constantFrom(...allRoutes.map((route) => route.path)),
  fc.constantFrom(
    '/',
    '*',
    '//',
    '/v2/services',
    '/v1/__proto__',
    '/v1/../v1/host',
    'http://localport/v1/host',
  ),
  fc.string({ maxLength: 20 }),
);
const header = fc.oneof(
  fc.constantFrom(
    'Host: localport',
    'Host: localport',
    'Host: evil.example',
    'Origin: http://evil.example',
    'Content-Type: application/json',
    'Content-Type: text/plain',
    'Content-Length: 2',
    'Content-Length: -1',
    'Content-Length: 99999999999999999999',
    'Transfer-Encoding: chunked',
    'Transfer-Encoding: gzip, chunked',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Upgrade: h2c',
    'Expect: 100-continue',
    'Expect: the-worst',
    'Connection: close',
    'LocalPort-Protocol: 99',
    `Bomb: ${'x'.repeat(20_000)}`,
  ),
  fc.string({ maxLength: 30 }),
);
const ending = fc.constantFrom('\r\n', '\r\n', '\r\n', '\n', '\r');
const body = fc.oneof(
  fc.constant('{}'),
  fc.json(),
  fc.constantFrom(
    '2\r\n{}\r\n0\r\n\r\n',
    'ffffffffffffffff\r\n',
    '1;x=y\r\n{\r\n',
    '['.repeat(5_000),
    '0\r\nA: b\r\n\r\n',
  ),
  fc.string({ maxLength: 60 }),
);
const broken = fc
  .tuple(method, path, fc.array(header, { maxLength: 6 }), ending, body)
  .map(([verb, target, headers, end, rest]) =>
    text([`${verb} ${target} HTTP/1.1`, ...headers, '', rest].join(end)),
  );

const wellFormed = fc
  .tuple(
    fc.constantFrom(...allRoutes),
    fc.oneof(fc.json(), fc.constant('{"target":{"kind":"all"},"desired":"on"}')),
  )
  .filter(([route]) => route.name !== 'shutdown')
  .map(([route, json]) => {
    const sent = route.method === 'GET' ? '' : json;
    const type =
      sent === '' ? '' : `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(sent)}\r\n`;
    return Buffer.from(`${route.method} ${route.path} HTTP/1.1\r\nHost: localport\r\n${type}\r\n${sent}`);
  });
const sensible = fc.constant(text('GET /v1/services HTTP/1.1\r\nHost: localport\r\n\r\n'));

/** A message of the protocol before HTTP, with a wrong length. */
const frame = fc.tuple(fc.nat(2 ** 32 - 1), fc.uint8Array({ maxLength: 64 })).map(([length, bytes]) => {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(length);
  return Buffer.concat([size, bytes]);
});

const piece = fc.oneof(fc.uint8Array({ maxLength: 200 }), frame, broken, broken, wellFormed, sensible);
/** Pipelined, some after a valid request, some cut short. */
const attack = fc
  .tuple(fc.boolean(), fc.array(piece, { maxLength: 6 }), fc.constantFrom(0, 0, 1, 7, 100))
  .map(([isPolite, pieces, cut]) => {
    const bytes = Buffer.concat(
      isPolite ? [text('GET /v1/services HTTP/1.1\r\nHost: localport\r\n\r\n'), ...pieces] : pieces,
    );
    return bytes.subarray(0, Math.max(0, bytes.length - cut));
  });

async function attackWith(bytes: Buffer): Promise<void> {
  const client = await fixture.raw();
  client.socket.end(bytes);
  await client.closes();
  // Garbage after a valid request may cut its answer short; the received part of the answer must be valid.
  for (const { status, lines, isComplete } of client.received) {
    expect(status).toBeGreaterThanOrEqual(200);
    if (!isComplete || status < 400) continue;
    expect(lines.at(-1)).toMatchObject({ error: { code: expect.any(String) as unknown } });
  }
}

it(`serves a well-behaved client whatever ${cases} others send`, { timeout: 240_000 }, async () => {
  const seed = Number(process.env['FUZZ_SEED'] ?? Math.trunc(Math.random() * 2 ** 31));
  console.log(`fuzzing the control socket: FUZZ_SEED=${seed}`);
  const attacks = fc.sample(attack, { seed, numRuns: cases });
  for (let from = 0; from < attacks.length; from += crowd) {
    await Promise.all(attacks.slice(from, from + crowd).map(attackWith));
    expect(await bystander.request('snapshot', {})).toMatchObject({ ok: true });
  }
  await eventually('all others are gone', () => server.connections === 0);
  // Some of their requests were valid.
  expect(snapshots).toBeGreaterThan(cases / crowd + 100);
});

it('uses no memory for content that is announced but not sent', { timeout: 60_000 }, async () => {
  const head = 'POST /v1/logs HTTP/1.1\r\nHost: localport\r\nContent-Type: application/json\r\n';
  const before = process.memoryUsage().rss;
  const clients = await Promise.all(Array.from({ length: crowd }, () => fixture.raw()));
  for (const { socket } of clients) socket.write(`${head}Content-Length: ${maxRequestBytes}\r\n\r\n{`);
  await eventually('all are being read', () => server.clients === crowd);
  expect(await bystander.request('snapshot', {})).toMatchObject({ ok: true });
  expect(process.memoryUsage().rss - before).toBeLessThan((crowd * maxRequestBytes) / 2);
});
