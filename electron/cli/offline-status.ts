/**
 * The state without a host: all services are off; config, choices, and logs give the last known state. Writes nothing.
 */
import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { atRest } from '../../shared/service-at-rest.ts';
import type { ConfigState, Desired } from '../../shared/service-snapshot.ts';
import { describeRoute, remoteAddressIn } from '../../shared/route-text.ts';
import type { ServiceSpec } from '../../shared/service-spec.ts';
import { autoPortFileName, readAutoPorts } from '../core/config/auto-port-store.ts';
import { reviewOf } from '../core/config/config-review.ts';
import { TrustStore } from '../core/config/trust-store.ts';
import { logFileName } from '../core/observability/log-file-name.ts';
import type { CommandContext } from './command-context.ts';
import { chooseConfigFile } from './config-choice.ts';
import { readConfig } from './configured-services.ts';
import type { ReportedService, StatusReport } from './status-report.ts';

/** The end of a log file: its last line is shorter than this. */
const tailBytes = 16 * 1024;

export async function readOfflineStatus(context: CommandContext): Promise<StatusReport> {
  const { paths } = context;
  const found = chooseConfigFile(context);
  if (found === null) {
    const config: ConfigState = { status: 'welcome', path: paths.defaultConfigPath, problems: [] };
    return { host: null, config, services: [], prompts: [], lastWords: new Map() };
  }
  const loaded = await readConfig(context, found.path);
  if (!loaded.ok) {
    const config: ConfigState = { status: 'broken', path: found.path, problems: loaded.error };
    return { host: null, config, services: [], prompts: [], lastWords: new Map() };
  }
  const { identity } = loaded.value;
  const record =
    found.foundBy === 'folder' ? await new TrustStore(paths.stateDirectory).recordOf(identity) : 'trusted';
  const choices = await readChoices(path.join(paths.stateDirectory, 'desired.json'));
  const ports = await readAutoPorts(path.join(paths.stateDirectory, autoPortFileName));
  const lastLines = await Promise.all(
    loaded.value.services.map(async ({ name }) => {
      const file = path.join(paths.logDirectory, 'services', logFileName(name));
      return [name, await readLastLine(file)] as const;
    }),
  );
  const lastWords = new Map(lastLines.filter((entry): entry is [string, string] => entry[1] !== null));
  return {
    host: null,
    config:
      record === 'trusted'
        ? { status: 'loaded', path: found.path, problems: loaded.value.warnings }
        : {
            status: 'untrusted',
            path: found.path,
            problems: [],
            review: reviewOf(loaded.value, identity, record),
          },
    services: loaded.value.services.map((spec) =>
      stoppedService(
        spec.isPortAuto ? { ...spec, localPort: ports.get(spec.name) ?? 0 } : spec,
        choices.get(spec.name) ?? (spec.enabled ? 'on' : 'off'),
        timeOf(lastWords.get(spec.name)),
      ),
    ),
    prompts: [],
    lastWords,
  };
}

const stoppedService = (spec: ServiceSpec, desired: Desired, since: number | null): ReportedService => ({
  ...atRest,
  name: spec.name,
  technology: spec.connection.technology,
  description: spec.description,
  tags: spec.tags,
  ...(spec.guard === undefined ? {} : { guard: spec.guard }),
  route: describeRoute(spec.connection),
  localPort: spec.localPort,
  bind: spec.bind,
  ...(spec.localSocket === undefined ? {} : { localSocket: spec.localSocket }),
  ...remoteAddressIn(spec),
  desired,
  phase: 'off',
  health: 'unknown',
  cause: spec.problem,
  since,
});

/** The host's file of on/off choices. If it is damaged, the host will repair it: here no choices are known then. */
async function readChoices(file: string): Promise<ReadonlyMap<string, Desired>> {
  try {
    const { choices } = JSON.parse(await readFile(file, 'utf8')) as {
      readonly choices: readonly { readonly name: string; readonly desired: unknown }[];
    };
    return new Map(choices.map(({ name, desired }) => [name, desired === 'off' ? 'off' : 'on']));
  } catch {
    return new Map();
  }
}

async function readLastLine(file: string): Promise<string | null> {
  try {
    const handle = await open(file, 'r');
    try {
      const { size } = await handle.stat();
      const start = Math.max(0, size - tailBytes);
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(tailBytes), 0, tailBytes, start);
      return buffer.toString('utf8', 0, bytesRead).trimEnd().split('\n').at(-1) || null;
    } finally {
      await handle.close();
    }
  } catch {
    return null;
  }
}

/** A log line begins with its time, ISO 8601. */
function timeOf(line: string | undefined): number | null {
  const time = Date.parse(line?.split(' ', 1)[0] ?? '');
  return Number.isNaN(time) ? null : time;
}
