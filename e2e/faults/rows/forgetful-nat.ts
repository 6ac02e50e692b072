/** A NAT on the path forgets silent connections. */
import { reportNone } from '../../bench/figure.ts';
import { startHostServers } from '../remote-host.ts';
import { LastingClient } from '../lasting-client.ts';
import { delay } from '../monotonic.ts';
import type { Row } from '../row.ts';

const idleSeconds = 300;
/**
 * A fifth of the idle time of the connections, but longer than LocalPort's ssh is silent (ServerAliveInterval, 3 s).
 */
const memorySeconds = (idle: number): number => Math.max(8, idle / 5);
const delayMs = 5;

export const forgetfulNat: Row = {
  name: 'forgetful-nat',
  what: `connections say nothing for ${idleSeconds} s, and a NAT on the way forgets after ${memorySeconds(idleSeconds)} s`,
  watchesSeconds: idleSeconds,
  run: async (world) => {
    const seconds = world.watchSeconds(idleSeconds);
    const forgetsAfterSeconds = memorySeconds(seconds);
    const { hostAddress } = await world.machine.addWideLink({ delayMs, forgetsAfterSeconds });
    const servers = await startHostServers(hostAddress, world.sshClient);
    const ports = { tcp: world.addTcp('tcp', servers).port, ssh: world.addSsh('ssh', servers).port };
    await world.startUntilUp();
    const open = (host: string, port: number): Promise<LastingClient> =>
      LastingClient.open(world.machine.prefix, { kind: 'echo', host, port });
    const direct = await open(hostAddress, servers.echo.port);
    const [tcp, ssh] = [await open('127.0.0.1', ports.tcp), await open('127.0.0.1', ports.ssh)];
    await delay(seconds * 1_000);
    const faults = await Promise.all([tcp.ask(), ssh.ask(), direct.ask()]);
    for (const [index, name] of (['tcp', 'ssh'] as const).entries())
      reportNone({
        figure: `${name}: connections lost that were idle for ${seconds} s`,
        value: faults[index] === null ? 0 : 1,
        note: faults[index] ?? `a NAT that forgets after ${forgetsAfterSeconds} s`,
      });
    // Otherwise the NAT has not forgotten, and the row proves nothing.
    if (faults[2] === null) throw new Error('a direct connection without keepalive is still alive');
  },
};
