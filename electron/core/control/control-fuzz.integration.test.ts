import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { controlProtocol, maxRequestBytes } from '../../../shared/control-contract.ts';
import { ok } from '../../../shared/result.ts';
import type { ControlClient } from './control-client.ts';
import { encodeFrame } from './frames.ts';
import type { ControlServer } from './control-server.ts';
import { ControlFixture, snapshot } from './testing/control-fixture.ts';

const cases = 10_000;
/** Attackers at the same time. */
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

const frame = (message: unknown): Uint8Array => {
  const encoded = encodeFrame(message, 2 * maxRequestBytes);
  if (!encoded.ok) throw new Error('too large');
  return encoded.value;
};

const hello = frame({ type: 'hello', protocol: controlProtocol, version: 'fuzz' });

const request = fc.record({
  type: fc.constantFrom('request', 'cancel', 'hello', 'event'),
  id: fc.oneof(fc.nat(3), fc.anything()),
  name: fc.oneof(fc.constantFrom('snapshot', 'set-desired', 'restart', 'logs', '__proto__'), fc.string()),
  params: fc.anything(),
});

const sensible = fc.record({
  type: fc.constantFrom('request', 'request', 'cancel'),
  id: fc.integer({ min: 1, max: 5 }),
  name: fc.constantFrom('snapshot', 'set-desired', 'dump', 'watch-snapshot'),
  params: fc.constantFrom({}, { target: { kind: 'all' }, desired: 'on' }, { live: true }, null),
});

/** A length that lies, in either direction, before some bytes. */
const lyingFrame = fc
  .tuple(fc.oneof(fc.nat(64), fc.nat(2 ** 32 - 1)), fc.uint8Array({ maxLength: 64 }))
  .map(([length, bytes]) => {
    const header = Buffer.alloc(4);
    header.writeUInt32BE(length);
    return Buffer.concat([header, bytes]);
  });

const wellFormed = fc
  .oneof(fc.json(), request.map(toJson), sensible.map(toJson), sensible.map(toJson))
  .map((json) => frame(JSON.parse(json)));

const piece = fc.oneof(fc.uint8Array({ maxLength: 200 }), lyingFrame, wellFormed);
const truncated = fc
  .tuple(fc.array(piece, { maxLength: 6 }), fc.boolean(), fc.nat(400))
  .map(([pieces, isGreeted, cut]) => {
    const bytes = Buffer.concat(isGreeted ? [hello, ...pieces] : pieces);
    return bytes.subarray(0, Math.max(0, bytes.length - cut));
  });
const attack = fc.oneof(
  fc.array(piece, { maxLength: 6 }).map((pieces) => Buffer.concat([hello, ...pieces])),
  truncated,
);

/** `undefined`, functions and symbols have no JSON; neither have big integers. */
function toJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner));
}

async function attackWith(bytes: Buffer): Promise<void> {
  const client = await fixture.raw();
  client.socket.end(bytes);
  client.socket.resume();
  await client.closes();
}

it(`serves a bystander whatever ${cases} others say`, { timeout: 240_000 }, async () => {
  const seed = Number(process.env['FUZZ_SEED'] ?? Math.trunc(Math.random() * 2 ** 31));
  console.log(`fuzzing the control socket: FUZZ_SEED=${seed}`);
  const attacks = fc.sample(attack, { seed, numRuns: cases });
  for (let from = 0; from < attacks.length; from += crowd) {
    await Promise.all(attacks.slice(from, from + crowd).map(attackWith));
    expect(await bystander.request('snapshot', {})).toMatchObject({ ok: true });
  }
  await eventually('all others are gone', () => server.clients === 1);
  // Some of what they said was right.
  expect(snapshots).toBeGreaterThan(cases / crowd + 100);
});

it('needs no more than one frame of memory for what is never sent', { timeout: 60_000 }, async () => {
  const header = Buffer.alloc(4);
  header.writeUInt32BE(maxRequestBytes);
  const before = process.memoryUsage().rss;
  const clients = await Promise.all(Array.from({ length: crowd }, () => fixture.raw()));
  for (const { socket } of clients) socket.write(header);
  expect(await bystander.request('snapshot', {})).toMatchObject({ ok: true });
  expect(process.memoryUsage().rss - before).toBeLessThan((crowd * maxRequestBytes) / 2);
});
