import { countServices, upOfWanted } from '../../../shared/service-tone.ts';
import type { Action } from '../command-context.ts';
import { exitCode } from '../exit-code.ts';
import { answerOf, closing, findHost } from '../host-connection.ts';
import { tellOtherVersion } from '../other-version.ts';
import { alignColumns } from '../output/columns.ts';
import { hostObject, noHostObject } from '../output/host-object.ts';
import { showDuration } from '../output/quantity.ts';
import { describeHost } from './daemon-start.ts';
import { jsonLines } from '../output/json-lines.ts';

/** Shows the running host. Fails if there is none, so that scripts can check. */
export const daemonStatus: Action = async (context) => {
  const client = await findHost(context);
  if (client === null) {
    context.print(...(context.format === 'json' ? jsonLines(noHostObject) : ['not running']));
    return exitCode.error;
  }
  const snapshot = await closing(client, async () => answerOf(await client.request('snapshot', {})));
  if (context.format === 'json') {
    context.print(...jsonLines(hostObject(snapshot)));
    return exitCode.ok;
  }
  const { host, config, services } = snapshot;
  tellOtherVersion(context, host);
  const rows = [
    ['running', describeHost(host)],
    ['for', showDuration(context.clock.wallNow() - host.since)],
    ['config', `${config.path ?? 'none'}${config.status === 'loaded' ? '' : ` (${config.status})`}`],
    ['logs', host.logDirectory],
    ['services', upOfWanted(countServices(services))],
    ...host.notices.map((text) => ['notice', text] as const),
  ] as const;
  context.print(
    ...alignColumns(
      rows.map(([label, value]) => [{ text: label, paint: context.palette.faint }, { text: value }]),
    ),
  );
  return exitCode.ok;
};
