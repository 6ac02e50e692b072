import type { Action } from '../command-context.ts';
import { exitCode } from '../exit-code.ts';
import { answerOf, withHost } from '../host-connection.ts';
import { openMetrics } from '../output/open-metrics.ts';

/** For a textfile collector or an agent that runs commands. */
export const metrics: Action = (context) =>
  withHost(context, async (client) => {
    context.print(...openMetrics(answerOf(await client.request('snapshot', {}))));
    return exitCode.ok;
  });
