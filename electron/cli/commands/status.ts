import type { Action, CommandContext } from '../command-context.ts';
import { usageFailure } from '../command-failure.ts';
import { namedConfig } from '../config-choice.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { answerOf, closing, findHost, withHost } from '../host-connection.ts';
import { tellOtherVersion } from '../other-version.ts';
import { complainOfConfig, complainOfTrust, tellConfigInUse } from '../output/config-complaint.ts';
import { statusLines } from '../output/status-format.ts';
import { noSuchTag, refuseUnknown, selectServices, type TargetOptions } from '../service-target.ts';
import { reportOf, type StatusReport } from '../status-report.ts';
import { watchStatus } from '../status-watch.ts';

export interface StatusOptions extends TargetOptions {
  readonly watch?: true;
  readonly interval?: string;
}

/** The state of everything; without a host, the last known state. */
export const status: Action<StatusOptions> = async (context, options, names) => {
  if (options.interval !== undefined && options.watch !== true)
    throw usageFailure('--interval works only with --watch');
  const select = (report: StatusReport): StatusReport => ({
    ...report,
    services: selectServices(report.services, names, options),
  });
  if (options.watch === true) {
    return withHost(context, (client) =>
      watchStatus(context, client, { interval: options.interval, select }),
    );
  }
  const client = await findHost(context);
  const report =
    client === null
      ? // It reads the config itself: a status from a host needs neither YAML nor schemas, which take 25 ms.
        await (await import('../offline-status.ts')).readOfflineStatus(context)
      : await closing(client, async () => reportOf(answerOf(await client.request('snapshot', {}))));
  if (report.host !== null) tellOtherVersion(context, report.host);
  refuseUnknown(report.services, names);
  const selected = select(report);
  if (options.tag !== undefined && selected.services.length === 0) throw noSuchTag(options.tag);
  refuseUnknownTags(report, options.tag ?? []);
  // tellConfig then reports what is missing instead.
  const isNothing = report.host === null && report.config.status !== 'loaded' && context.format === 'table';
  if (!isNothing) context.print(...statusLines(context, selected));
  return tellConfig(context, report);
};

function refuseUnknownTags({ services }: StatusReport, tags: readonly string[]): void {
  const known = new Set(services.flatMap((service) => service.tags));
  const unknown = tags.filter((tag) => !known.has(tag));
  if (unknown.length > 0) throw noSuchTag(unknown);
}

/** A broken config is reported beside the services. Without a host it is the only information, and an error. */
function tellConfig(context: CommandContext, { host, config, services }: StatusReport): ExitCode {
  tellConfigInUse(context, config);
  // The table and JSON have their own place for them; tab-separated fields have none.
  if (context.format === 'text') context.tell(...(host?.notices ?? []).map((text) => `notice: ${text}`));
  if (config.status === 'welcome')
    context.tell(
      `no config yet: it belongs in ${config.path ?? ''}`,
      'To create one: localport add, localport import, or localport config init',
    );
  if (host !== null && context.options.config !== undefined && config.path !== namedConfig(context))
    context.tell(`LocalPort is using ${config.path ?? 'another config'}, not the one that --config names`);
  if (config.status === 'untrusted')
    complainOfTrust(
      context,
      config,
      services.length === 0 || host === null ? '' : '; the previous config is still in effect',
    );
  if (config.status === 'partial') complainOfConfig(context, config);
  if (config.status !== 'broken') return exitCode.ok;
  const consequence = host === null ? '' : '; the previous config is still in effect';
  complainOfConfig(context, config, consequence);
  return host === null ? exitCode.error : exitCode.ok;
}
