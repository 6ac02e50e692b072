/** The daemon has a low limit of open files, and one of its hosts is silent while clients connect to it. */
import { reportNone } from '../../bench/figure.ts';
import { delay, nowMs } from '../monotonic.ts';
import { failedOf, inWords, servedAgainAt } from '../requests.ts';
import { reportForAll, reportSeconds } from '../row-figures.ts';
import type { Row } from '../row.ts';

const silentMs = 15_000;
const questions = 10;
const maxBackSeconds = 5;

const fewDescriptors = (limit: number): Row => ({
  name: `descriptors-${limit}`,
  what: `the daemon may open ${limit} files, and a host with three busy services is silent for ${silentMs / 1_000} s`,
  run: async (world) => {
    const host = await world.addHost();
    const busy = [
      world.addSsh('ssh-busy', host),
      world.addTcp('tcp-busy', host),
      world.addCommand('command-busy', host),
    ];
    await world.addOthers();
    await world.start(busy, 'prlimit', `--nofile=${limit}:${limit}`);
    host.link.setSilent(true);
    const unanswered: string[] = [];
    for (let question = 0; question < questions; question++) {
      await delay(silentMs / questions);
      const error = await world.daemon.ask();
      if (error !== null) unanswered.push(error);
    }
    host.link.setSilent(false);
    const backAt = nowMs();
    await world.pause(10_000);
    await reportForAll(world);
    reportNone({
      figure: 'questions of the command that got no answer',
      value: unanswered.length,
      note: `of ${questions}${unanswered.length > 0 ? `: ${unanswered[0] ?? ''}` : ''}`,
    });
    for (const service of busy) {
      const requests = world.requestsTo(service);
      const servesAt = servedAgainAt(requests, backAt);
      reportSeconds(maxBackSeconds, {
        figure: `${service.name} answered after the silence`,
        ms: servesAt === null ? null : servesAt - backAt,
        note: `${inWords(failedOf(requests)) || 'none'} lost in all`,
      });
    }
  },
});

export const descriptorRows: readonly Row[] = [fewDescriptors(1_024), fewDescriptors(256)];
