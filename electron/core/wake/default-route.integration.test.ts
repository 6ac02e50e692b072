import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundleProgram } from '../process/testing/bundled-program.ts';
import { readNetworkState } from './default-route.ts';
import { isConnected } from './network-state.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'route-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** The network state that a process sees after running `commands` in a network namespace of its own. */
function stateIn(commands: string): string {
  const source = path.join(folder, 'report.ts');
  const reader = path.join(import.meta.dirname, 'default-route.ts');
  writeFileSync(
    source,
    `import { networkInterfaces } from 'node:os';
     import { readNetworkState } from ${JSON.stringify(reader)};
     void readNetworkState(networkInterfaces()).then((state) => console.log(JSON.stringify(state)));`,
  );
  const run = `${commands}; exec "${process.execPath}" "${bundleProgram(source, folder)}"`;
  const { stdout, stderr } = spawnSync('unshare', ['--net', '--map-root-user', 'sh', '-ec', run], {
    encoding: 'utf8',
  });
  return stdout === '' ? stderr : stdout;
}

const canMakeNetworks =
  spawnSync('unshare', ['--net', '--map-root-user', 'ip', 'link', 'set', 'lo', 'up']).status === 0;

describe('the default route', () => {
  it('is found without sending anything, twice with the same result', async () => {
    const [first, second] = [
      await readNetworkState(networkInterfaces()),
      await readNetworkState(networkInterfaces()),
    ];
    expect(second).toEqual(first);
    expect(isConnected(first)).toBe(first.addresses.length > 0);
  });

  it.skipIf(!canMakeNetworks)('is missing if there is only the loopback interface', () => {
    expect(JSON.parse(stateIn('ip link set lo up'))).toEqual({ ipv4: null, ipv6: null, addresses: [] });
  });

  it.skipIf(!canMakeNetworks)('consists of a source address and its gateway', () => {
    const commands = [
      'ip link set lo up',
      'ip link add eth7 type veth peer name veth8',
      'ip link set veth8 up',
      'ip address add 10.7.0.2/24 dev eth7',
      'ip link set eth7 up',
      'ip route add default via 10.7.0.1',
    ];
    expect(JSON.parse(stateIn(commands.join('; ')))).toEqual({
      ipv4: { source: '10.7.0.2', gateway: 'eth7 0100070A' },
      ipv6: null,
      addresses: ['eth7 10.7.0.2/24'],
    });
  });
});
