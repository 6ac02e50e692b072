import type { Action } from '../command-context.ts';
import { exitCode } from '../exit-code.ts';
import { answerOf, withHost } from '../host-connection.ts';
import { problemLines } from '../output/problem-lines.ts';
import { jsonLines } from '../output/json-lines.ts';

/** Makes the host read its config again. A config with errors is a failure, and the previous one stays in effect. */
export const daemonReload: Action = (context) =>
  withHost(context, async (client) => {
    const config = answerOf(await client.request('reload', {}));
    if (context.format === 'json') context.print(...jsonLines(config));
    else context.say(`${config.path ?? ''}: ${config.status}`, ...problemLines(config, context.palette));
    return config.status === 'broken' || config.status === 'partial' ? exitCode.error : exitCode.ok;
  });
