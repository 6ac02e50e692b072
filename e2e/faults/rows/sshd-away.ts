/** The sshd of a host goes away, with all its sessions, and comes back. */
import type { RemoteHost } from '../remote-host.ts';
import type { FaultWorld, Service } from '../fault-world.ts';
import { delay, nowMs } from '../monotonic.ts';
import { sshOwnStart } from '../own-start.ts';
import { answeredAgainAt, failedOf, inWords, percentile, waitsAfter } from '../requests.ts';
import { startRivals } from '../rivals.ts';
import { reportForAll, reportPercentile, reportRivals, reportSeconds, type Outage } from '../row-figures.ts';
import type { Row } from '../row.ts';

/** Beyond ssh's own start, in ms. */
const maxWaitMs = { p50: 500, p95: 800 } as const;
const betweenMs = 4_000;
const recoveryDeadlineMs = 20_000;
const pollMs = 50;
const ownStartRuns = 5;

interface Away {
  readonly seconds: number;
  readonly rounds: number;
  /** Only clients that came within the hold must be answered soon. */
  readonly isBound: boolean;
}

const sshdAway = ({ seconds, rounds, isBound }: Away): Row => ({
  name: `sshd-away-${seconds}s`,
  what: `sshd and its sessions are gone for ${seconds} s, ${rounds} times, while clients come`,
  run: async (world) => {
    const host = await world.addHost();
    const ssh = world.addSsh('ssh', host);
    await world.addOthers();
    await world.start([ssh]);
    const rivals = await startRivals(world, host);
    const ownStart = await sshOwnStart(world, host, ownStartRuns);
    const outages: Outage[] = [];
    for (let round = 0; round < rounds; round++) {
      await world.pause(betweenMs);
      outages.push(await takeSshdAway(world, host, { ssh, seconds }));
    }
    await delay(betweenMs);
    await reportForAll(world);
    const requests = world.requestsTo(ssh);
    const waits = outages.flatMap(({ begunAt, backAt }) => waitsAfter(requests, backAt, begunAt));
    for (const [part, limit] of [
      [0.5, maxWaitMs.p50],
      [0.95, maxWaitMs.p95],
    ] as const) {
      reportPercentile(isBound ? limit / 1_000 : null, {
        figure: "clients that waited, answered after it was back, over ssh's own start",
        values: waits.map((ms) => ms - ownStart),
        part,
        note: `of ${waits.length}; own start ${(ownStart / 1_000).toFixed(2)}; in all ${(percentile(waits, part) / 1_000).toFixed(2)}`,
      });
    }
    const recoveries = outages.map(({ backAt }) => (answeredAgainAt(requests, backAt) ?? Infinity) - backAt);
    reportSeconds(null, {
      figure: 'answered after it was back, first client that came then, the slowest',
      ms: Math.max(...recoveries),
      note: `${inWords(failedOf(requests)) || 'nobody'} lost in all`,
    });
    reportRivals(world, ssh, rivals, () => outages);
  },
});

/** Resolves when clients are answered again. */
async function takeSshdAway(
  world: FaultWorld,
  { sshd }: RemoteHost,
  { ssh, seconds }: { readonly ssh: Service; readonly seconds: number },
): Promise<Outage> {
  const begunAt = nowMs();
  await sshd.kill();
  await delay(Math.max(0, begunAt + seconds * 1_000 - nowMs()));
  const startedAt = nowMs();
  await sshd.start();
  const backAt = nowMs();
  while (answeredAgainAt(world.requestsTo(ssh), startedAt) === null && nowMs() < backAt + recoveryDeadlineMs)
    await delay(pollMs);
  return { begunAt, backAt };
}

export const sshdAwayRows: readonly Row[] = [
  sshdAway({ seconds: 0.5, rounds: 3, isBound: true }),
  sshdAway({ seconds: 5, rounds: 3, isBound: true }),
  sshdAway({ seconds: 20, rounds: 1, isBound: false }),
];
