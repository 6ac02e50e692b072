/** A name has two addresses: one is dead, whether it is tried first or last, and the other is far away. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { portOf } from '../../fixtures/servers.ts';
import type { FaultWorld, Service } from '../fault-world.ts';
import { LastingClient } from '../lasting-client.ts';
import { reportSeconds } from '../row-figures.ts';
import type { Row } from '../row.ts';
import { nowMs } from '../monotonic.ts';

const delayMs = 150;
const maxConnectSeconds = 1.5;
const rounds = 5;

export const twoAddresses: Row = {
  name: 'two-addresses',
  what: `a name has two addresses, one dead, the other a round trip of ${2 * delayMs} ms away`,
  run: async (world) => {
    const { hostAddress, nobody } = await world.machine.addWideLink({ delayMs, forgetsAfterSeconds: null });
    const addresses = {
      'blackhole.test': [nobody, hostAddress],
      // It has no route.
      'no-ipv6.test': ['2001:db8::5', hostAddress],
    };
    writeHosts(addresses);
    const target = await startTarget(hostAddress);
    const services = Object.keys(addresses).map((host) =>
      world.add(host, { technology: 'tcp', remote_port: target.port, connection: { host } }),
    );
    // One that is not has figures that say so.
    await world.startUntilUp().catch(() => undefined);
    for (const service of services) await measure(world, service, target);
  },
};

interface Target {
  readonly port: number;
  /** When it accepted its latest connection. */
  takenAt(): number;
}

async function startTarget(host: string): Promise<Target> {
  let takenAt = NaN;
  const server = net.createServer((socket) => {
    takenAt = nowMs();
    socket.on('error', () => socket.destroy());
    socket.pipe(socket);
  });
  server.listen({ host, port: 0 });
  await once(server, 'listening');
  return { port: portOf(server), takenAt: () => takenAt };
}

async function measure(world: FaultWorld, { name, port }: Service, target: Target): Promise<void> {
  const order = { kind: 'echo', host: '127.0.0.1', port } as const;
  const times: number[] = [];
  let fault = '';
  for (let round = 0; round < rounds && fault === ''; round++) {
    try {
      const { begunAt } = await LastingClient.open(world.machine.prefix, order);
      // The target learns of the connection half a round trip later.
      times.push(target.takenAt() - delayMs - begunAt);
    } catch (error) {
      fault = error instanceof Error ? error.message : String(error);
    }
  }
  reportSeconds(maxConnectSeconds, {
    figure: `${name}: connected, slowest of ${rounds}`,
    ms: fault === '' ? Math.max(...times) : null,
    note: fault === '' ? addressesOf(world, name) : fault,
  });
}

const addressesOf = ({ machine }: FaultWorld, host: string): string => {
  const [program, ...args] = [...machine.prefix, 'getent', 'ahosts', host];
  const lines = execFileSync(program, args, { encoding: 'utf8' }).split('\n');
  return lines
    .filter((line) => line.includes('STREAM'))
    .map((line) => line.split(' ')[0] ?? '')
    .join(', ');
};

/** In this row's own mount namespace. */
function writeHosts(addresses: Readonly<Record<string, readonly string[]>>): void {
  const lines = Object.entries(addresses).flatMap(([name, all]) =>
    all.map((address) => `${address} ${name}`),
  );
  const file = path.join(os.tmpdir(), 'hosts');
  writeFileSync(file, ['127.0.0.1 localhost', ...lines, ''].join('\n'));
  execFileSync('mount', ['--bind', file, '/etc/hosts']);
}
