/**
 * How soon many forwards on shared ssh connections answer again: after the one ssh was killed, and after a sleep of the
 * computer, with live connections and with dead ones; and how often a wake asks a server for proof.
 */
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { writeProfile } from '../../electron/core/testing/user-home.ts';
import type { Scope } from '../../electron/core/scope.ts';
import { createWorld, type World } from '../fixtures/electron-app.ts';
import { startEchoServer } from '../fixtures/servers.ts';
import type { Sshd } from '../fixtures/sshd.ts';
import { percentile } from '../faults/requests.ts';
import { allCalm } from './app-state.ts';
import { answeredAgain } from './answered-again.ts';
import { runInScope } from './bench-scope.ts';
import { median, range, reportAtMost, reportExactly } from './figure.ts';
import { launch, localPortApp } from './launched-app.ts';
import {
  configOf,
  installDaemon,
  prepareSshForwards,
  type SshForwards,
  type SshForwardsOptions,
} from './ssh-forwards.ts';
import { killNow, measureOwnStart } from './tunnel-process.ts';

const forwardCount = 20;
const killRounds = 20;
const maxKilledSeconds = 0.5;
const wakeHosts = 2;
const wakeRounds = 3;
const maxAliveSeconds = 1;
const maxDeadSeconds = 3;
/** An excess proof may come late. */
const lateProofMs = 2_000;
/** Regular checks also ask for proofs: none is due while those of a wake are counted. */
const rareCheck = { interval: 3_600 };
/** sshd's DEBUG1 message about a request for the socket that no server has. */
const proofLine = /server_request_direct_streamlocal: .* target \/localport-transport-probe$/;
const loginLine = /^Accepted publickey /;

async function prepare(
  scope: Scope,
  options: Pick<SshForwardsOptions, 'hosts' | 'sshdConfig'> = {},
): Promise<SshForwards> {
  const target = await startEchoServer();
  scope.own('echo server', () => target.stop());
  return prepareSshForwards(scope, { count: forwardCount, targetPort: target.port, ...options });
}

const countLines = (hosts: readonly Sshd[], pattern: RegExp): number =>
  hosts.reduce((sum, { log }) => sum + log.filter((line) => pattern.test(line)).length, 0);

async function measureKilled(scope: Scope): Promise<void> {
  const forwards = await prepare(scope);
  const daemon = await installDaemon(scope, forwards);
  await daemon.run('daemon', 'start');
  const env = { XDG_RUNTIME_DIR: path.join(daemon.home, 'run'), TMPDIR: os.tmpdir() };
  const answered: number[] = [];
  const ownStarts: number[] = [];
  while (answered.length < killRounds) {
    // A connection that fails again within 10 s is not retried at once.
    const { services } = await daemon.untilCalm();
    const pids = new Set(services.map(({ pid }) => pid));
    const [pid = NaN] = [...pids].map(Number);
    if (pids.size !== 1) throw new Error(`not one ssh: ${[...pids].join(', ')}`);
    ownStarts.push(await measureOwnStart({ env }, pid));
    killNow(pid);
    answered.push(Math.max(...(await answeredAgain(forwards.ports))));
  }
  reportAtMost(maxKilledSeconds, {
    figure: `ssh killed with ${forwardCount} forwards → a new request of each answered, p95 over its own start`,
    value: percentile(answered, 0.95) - median(ownStarts),
    unit: 's',
    note: `of ${killRounds} rounds: median ${median(answered).toFixed(2)} (${range(answered)}), own start ${median(ownStarts).toFixed(2)}`,
  });
  await daemon.stop();
}

interface Wake {
  readonly answered: number;
  readonly proofs: number;
  readonly logins: number;
}

interface WakingApp extends SshForwards {
  readonly world: World;
}

/** The network is available when the computer wakes. */
async function measureWake(
  { world, hosts, ports }: WakingApp,
  whileAsleep: () => Promise<unknown>,
): Promise<Wake> {
  await world.logind.sleep();
  await whileAsleep();
  const before = { proofs: countLines(hosts, proofLine), logins: countLines(hosts, loginLine) };
  await world.logind.wake();
  const answered = Math.max(...(await answeredAgain(ports)));
  await delay(lateProofMs);
  return {
    answered,
    proofs: countLines(hosts, proofLine) - before.proofs,
    logins: countLines(hosts, loginLine) - before.logins,
  };
}

async function measureWakes(scope: Scope): Promise<void> {
  const forwards = await prepare(scope, { hosts: wakeHosts, sshdConfig: ['LogLevel DEBUG1'] });
  const { hosts, services, env } = forwards;
  const world = await createWorld({ config: configOf(services, { health_check: rareCheck }), env });
  scope.own('world', () => world.close());
  writeProfile(world, { env });
  const app = launch(scope, world, localPortApp);
  const measure = async (whileAsleep: (sshd: Sshd) => Promise<void>): Promise<readonly Wake[]> => {
    const wakes: Wake[] = [];
    while (wakes.length < wakeRounds) {
      await allCalm(app);
      wakes.push(await measureWake({ ...forwards, world }, () => Promise.all(hosts.map(whileAsleep))));
      // Old processes may continue, and exit.
      await Promise.all(hosts.map((sshd) => sshd.freezeSessions(false)));
    }
    return wakes;
  };
  const alive = await measure(() => Promise.resolve());
  const dead = await measure((sshd) => sshd.freezeSessions(true));
  const what = `wake with ${forwardCount} ssh forwards on ${wakeHosts} hosts`;
  const proofs = alive.map((wake) => wake.proofs);
  reportExactly(wakeHosts, {
    figure: `${what}: proofs made`,
    value: proofs.find((count) => count !== wakeHosts) ?? wakeHosts,
    note: `in ${wakeRounds} wakes: ${proofs.join(', ')}`,
  });
  reportAnswered(maxAliveSeconds, `${what}, alive: all answer`, alive);
  reportAnswered(maxDeadSeconds, `${what}, silent since the sleep: all answer`, dead);
}

function reportAnswered(limit: number, figure: string, wakes: readonly Wake[]): void {
  const times = wakes.map(({ answered }) => answered);
  const logins = wakes.map((wake) => wake.logins).join(', ');
  reportAtMost(limit, {
    figure,
    value: median(times),
    unit: 's',
    note: `median of ${wakes.length} (${range(times)}); new logins ${logins}`,
  });
}

await runInScope('ssh transport, killed', measureKilled);
await runInScope('ssh transport, wake', measureWakes);
