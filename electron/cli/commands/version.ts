import { version } from '../../version.ts';
import type { Action } from '../command-context.ts';
import { exitCode } from '../exit-code.ts';
import { jsonLines } from '../output/json-lines.ts';
import { describeHost } from './daemon-start.ts';

/**
 * The versions of the command and of the running LocalPort. A LocalPort that cannot be reached is not an error here.
 */
export const showVersion: Action = async (context) => {
  const connected = await context.connect();
  const host = connected.ok ? connected.value.host : null;
  if (connected.ok) connected.value.close();
  if (context.format === 'json') {
    const running = host === null ? null : { kind: host.kind, version: host.version, pid: host.pid };
    context.print(...jsonLines({ version, running }));
    return exitCode.ok;
  }
  context.print(`localport ${version}`);
  if (host !== null) context.print(`running: ${describeHost(host)}`);
  else if (!connected.ok && connected.error.code !== 'not-running') context.tell(connected.error.message);
  return exitCode.ok;
};
