// Names with several addresses, some of them dead, with a round trip of 300 ms, in a separate network namespace.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { bundleProgram } from '../process/testing/bundled-program.ts';
import type { Measurements } from './testing/dead-addresses-program.ts';

const roundTripMs = 300;
const maxConnectMs = 1_500;
const port = 9003;
const python = '/usr/bin/python3';
const testing = path.join(import.meta.dirname, 'testing');
const namespaces = [
  '--net',
  '--mount',
  '--pid',
  '--fork',
  '--mount-proc',
  '--kill-child',
  '--propagation',
  'private',
];

const wideLink = path.resolve(import.meta.dirname, '../../../e2e/fixtures/wide_link.py');

/** A shell in its own network namespace, with the devices `near` and `far` at the two ends of a slow link. */
const link = (script: string, ...args: readonly string[]): readonly string[] => [
  ...namespaces,
  'sh',
  '-ec',
  `"${python}" "${wideLink}" near far ${roundTripMs / 2} >/dev/null &
  until ip link show far >/dev/null 2>&1; do kill -0 $!; sleep 0.05; done
  ${script}`,
  ...args,
];
const addressIpv6 = 'ip -6 address add 2001:db8:1::1/128 dev near nodad; ip link set near up';
const canMakeSlowNetworks = spawnSync('unshare', link(addressIpv6)).status === 0;

/** Each name with its addresses in the resolver's order. Only 10.88.0.2 has a listener. */
const names = {
  'vanishes.test': ['10.88.1.1', '10.88.0.2'],
  'refuses.test': ['10.88.0.3', '10.88.0.2'],
  'unreachable.test': ['10.88.2.1', '10.88.0.2'],
  'dual-stack-vanishes.test': ['2001:db8::5', '10.88.0.2'],
  'no-route-to-second.test': ['10.88.0.2', '2001:db9::5'],
  'two-vanish.test': ['10.88.1.1', '10.88.1.2', '10.88.0.2'],
} as const;
const deadName = { 'dead.test': ['10.88.1.1', '10.88.1.2', '10.88.1.3'] } as const;

/** The local end has no address in the remote end's subnet, so the resolver has no reason to prefer one. */
const world = (folder: string): string => `
  mount --bind ${folder}/hosts /etc/hosts
  unshare --net sleep 60 &
  holder=$!
  until test $(readlink /proc/$holder/ns/net) != $(readlink /proc/$$/ns/net); do sleep 0.05; done
  ip link set far netns $holder
  on_far() { nsenter --net=/proc/$holder/ns/net "$@"; }
  ip link set lo up
  ip address add 10.77.0.1/32 dev near
  ${addressIpv6}
  ip route add 10.88.0.0/16 dev near
  ip -6 route add 2001:db8::/64 dev near
  on_far ip link set lo up
  on_far ip address add 10.88.0.2/32 dev far
  on_far ip address add 10.88.0.3/32 dev far
  on_far ip link set far up
  on_far ip route add 10.77.0.0/16 dev far
  on_far ip route add blackhole 10.88.1.0/24
  on_far ip route add unreachable 10.88.2.0/24
  on_far sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
  on_far "${process.execPath}" -e 'require("net").createServer((s) => s.on("error", () => {}).pipe(s)).listen(${port}, "10.88.0.2", () => console.error("listening"))' 2>${folder}/server &
  until grep -q listening ${folder}/server; do sleep 0.05; done
  exec "${process.execPath}" "$0" ${port} ${Object.keys({ ...deadName, ...names }).join(' ')}
`;

function measure(folder: string): Measurements {
  const lines = Object.entries({ ...deadName, ...names }).flatMap(([name, addresses]) =>
    addresses.map((address) => `${address} ${name}\n`),
  );
  writeFileSync(path.join(folder, 'hosts'), lines.join(''));
  const program = bundleProgram(path.join(testing, 'dead-addresses-program.ts'), folder);
  const { stdout, stderr } = spawnSync('unshare', link(world(folder), program), {
    encoding: 'utf8',
    timeout: 40_000,
    killSignal: 'SIGKILL',
  });
  if (stdout === '') throw new Error(`no measurements: ${stderr}`);
  return JSON.parse(stdout) as Measurements;
}

describe('a name with dead addresses and a round trip of 300 ms', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'dead-addresses-'));
  let found: Measurements | undefined;

  beforeAll(() => {
    if (canMakeSlowNetworks) found = measure(folder);
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const foundOrSkip = (context: TestContext): Measurements =>
    found ?? context.skip('needs root on Linux, /dev/net/tun, python3 and IPv6');

  it('is reached by relay, adapter and check within 1.5 s if another address answers', (context) => {
    const measured = Object.entries(foundOrSkip(context).names);
    expect(measured.map(([name, { firstAddress }]) => [name, firstAddress])).toEqual(
      Object.entries(names).map(([name, [first]]) => [name, first]),
    );
    const slow = measured.flatMap(([name, { relay, adapter, check }]) =>
      Object.entries({ relay, adapter, check })
        .filter(([, took]) => typeof took === 'string' || took > maxConnectMs || took < roundTripMs)
        .map(([who, took]) => `${name}: ${who}: ${took}`),
    );
    expect(slow).toEqual([]);
  });

  it('takes a check no longer than its timeout if no address answers, and leaves no socket open', (context) => {
    const { finding, tookMs, socketsLeft } = foundOrSkip(context).overdue;
    expect([finding, socketsLeft]).toEqual(['no connection within 700 ms', 0]);
    expect(tookMs).toBeLessThan(maxConnectMs);
  });
});
