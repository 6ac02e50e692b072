/** What a user would run instead of LocalPort: a shell loop, and autossh. Each has its own forward to a host. */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { eventually } from '../fixtures/eventually.ts';
import { descendantsOf } from '../fixtures/process-tree.ts';
import type { RemoteHost } from './remote-host.ts';
import type { FaultWorld } from './fault-world.ts';
import { isAnswered } from './requests.ts';

export interface Rival {
  readonly name: 'plain loop' | 'autossh';
  readonly port: number;
  /** Process ID of the current ssh; null between two. */
  sshPid(): Promise<number | null>;
}

const startDeadlineMs = 10_000;
const argvOf = {
  'plain loop': ['sh', '-c', 'while :; do ssh "$@"; sleep 0.3; done', 'loop'],
  autossh: ['autossh', '-M', '0'],
} as const satisfies Record<Rival['name'], readonly string[]>;

/** With clients at both, once they are ready. */
export async function startRivals(world: FaultWorld, host: RemoteHost): Promise<readonly Rival[]> {
  const rivals = (['plain loop', 'autossh'] as const).map((name) => startRival(world, host, name));
  for (const rival of rivals) {
    world.load.begin(rival.port);
    const serves = (): boolean => world.requestsTo(rival).some(isAnswered);
    await eventually(`${rival.name} serves`, serves, startDeadlineMs);
    world.load.forget(rival.port);
  }
  return rivals;
}

/** Both with the settings of a careful user: they detect silence as fast as LocalPort's own ssh. */
function startRival(world: FaultWorld, { sshd, echo }: RemoteHost, name: Rival['name']): Rival {
  const port = world.nextPort();
  const sshArgs = [
    ...['-N', '-o', 'BatchMode=yes', '-o', 'ExitOnForwardFailure=yes', '-o', 'ConnectTimeout=5'],
    ...['-o', 'ServerAliveInterval=3', '-o', 'ServerAliveCountMax=2'],
    ...['-L', `127.0.0.1:${port}:${echo.host}:${echo.port}`],
    ...['-p', String(sshd.port), `${sshd.user}@${sshd.host}`],
  ];
  const [program, ...args] = [...world.machine.prefix, ...argvOf[name], ...sshArgs];
  // Without a gate time of 0, autossh gives up when the first ssh ends early; it does not search PATH for ssh.
  const autossh = { AUTOSSH_GATETIME: '0', AUTOSSH_PATH: path.join(world.sshClient.binDirectory, 'ssh') };
  const env = { ...world.env, ...autossh, HOME: world.daemon.home };
  const { pid = 0 } = spawn(program, args, { env, stdio: 'ignore' });
  return { name, port, sshPid: () => sshBelow(pid) };
}

async function sshBelow(pid: number): Promise<number | null> {
  for (const descendant of await descendantsOf(pid)) {
    const name = await readFile(`/proc/${descendant}/comm`, 'utf8').catch(() => '');
    if (name.trim() === 'ssh') return descendant;
  }
  return null;
}
