import type { ControlClient } from '../../core/control/control-client.ts';
import type { LogLineQuery } from '../../core/observability/log-query.ts';
import { OpenLog } from '../../core/observability/open-log.ts';
import type { Action, CommandContext } from '../command-context.ts';
import { CommandFailure, usageFailure } from '../command-failure.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { answerOf, closing, findHost } from '../host-connection.ts';
import { LineMerger } from '../line-merger.ts';
import { listLogs } from '../log-list.ts';
import { inOrderOfTime, logPath, type LogLine, type LogSource } from '../log-source.ts';
import { readOfflineStatus } from '../offline-status.ts';
import { formatLogLine } from '../output/log-format.ts';
import { readTime } from '../time-option.ts';
import { jsonLines } from '../output/json-lines.ts';

export interface LogsOptions {
  readonly follow?: true;
  readonly since?: string;
  readonly until?: string;
  readonly lines?: string;
  readonly grep?: string;
  readonly service?: readonly string[];
  readonly path?: true;
  readonly location?: true;
  readonly list?: true;
}

interface Reading {
  readonly sources: readonly LogSource[];
  readonly query: LogLineQuery;
  readonly print: (lines: readonly LogLine[]) => void;
}

const defaultLines = 100;

/** The logs of services and of LocalPort itself: from the running host, or from the files that it left. */
export const logs: Action<LogsOptions> = async (context, options, words) => {
  const names = [...new Set([...words, ...(options.service ?? [])])];
  const query = readQuery(options, context.clock.wallNow());
  const client = await findHost(context);
  const directory = client?.host.logDirectory ?? context.paths.logDirectory;
  const work = async (): Promise<ExitCode> => {
    if (options.location === true) {
      return printLines(context, [
        context.format === 'json' ? JSON.stringify({ path: directory }) : directory,
      ]);
    }
    if (options.list === true) return printLines(context, await listLogs(context, directory));
    const sources: readonly LogSource[] =
      names.length > 0 ? names : [null, ...(await serviceNames(context, client))];
    if (options.path === true) return printLines(context, pathLines(context, directory, sources));
    const print = printer(context, sources.length > 1);
    const reading: Reading = { sources, query, print };
    if (options.follow === true && client !== null) return follow(context, client, reading);
    const lines =
      client === null ? await readFiles(context, directory, reading) : await askHost(client, reading);
    print(lastOf(inOrderOfTime(lines), query.tailLines));
    if (lines.length === 0) context.tell('no lines to show');
    if (options.follow === true) context.tell('LocalPort is not running, so no new lines will follow');
    return exitCode.ok;
  };
  return client === null ? work() : closing(client, work);
};

function readQuery({ follow, since, until, grep, lines }: LogsOptions, now: number): LogLineQuery {
  if (lines !== undefined && !/^\d{1,6}$/.test(lines)) {
    throw usageFailure(`--lines: ${JSON.stringify(lines)} is not a number from 0 to 999999`);
  }
  if (follow === true && until !== undefined) throw usageFailure('--follow and --until cannot be combined');
  const limits = { since: timeOption('--since', since, now), until: timeOption('--until', until, now) };
  // With --since, all lines since then.
  const tailLines = lines !== undefined ? Number(lines) : limits.since === null ? defaultLines : null;
  return { ...limits, tailLines, grep: grep ?? null };
}

const timeOption = (option: string, value: string | undefined, now: number): number | null =>
  value === undefined ? null : readTime(option, value, now);

function printLines(context: CommandContext, lines: readonly string[]): ExitCode {
  context.print(...lines);
  return exitCode.ok;
}

const printer =
  ({ format, palette, print, options, clock }: CommandContext, namesSources: boolean) =>
  (lines: readonly LogLine[]): void => {
    const view = { format, palette, namesSources, isRaw: options.debug === true, now: clock.wallNow() };
    print(...lines.map((line) => formatLogLine(line, view)));
  };

async function serviceNames(
  context: CommandContext,
  client: ControlClient | null,
): Promise<readonly string[]> {
  const { services } =
    client === null ? await readOfflineStatus(context) : answerOf(await client.request('snapshot', {}));
  return services.map(({ name }) => name);
}

function pathLines(
  { format }: CommandContext,
  directory: string,
  sources: readonly LogSource[],
): readonly string[] {
  const paths = sources.map((service) => ({ service, path: logPath(directory, service) }));
  return format === 'json' ? jsonLines(paths) : paths.map(({ path }) => path);
}

async function allLines(log: OpenLog, query: LogLineQuery): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const batch of log.lines(query)) lines.push(...batch);
  log.close();
  return lines;
}

async function readFiles(
  context: CommandContext,
  directory: string,
  { sources, query }: Reading,
): Promise<readonly LogLine[]> {
  const found: { readonly source: LogSource; readonly lines: readonly string[] | null }[] = [];
  for (const source of sources) {
    const log = OpenLog.open(logPath(directory, source));
    found.push({ source, lines: log === null ? null : await allLines(log, query) });
  }
  const known = new Set([null, ...(await serviceNames(context, null))]);
  const unknown = found.filter(({ source, lines }) => lines === null && !known.has(source));
  if (unknown.length > 0) {
    const names = unknown.map(({ source }) => `"${source ?? ''}"`).join(', ');
    throw new CommandFailure(`there is no service ${names}, and no log for it`);
  }
  return found.flatMap(({ source, lines }) => (lines ?? []).map((text) => ({ source, text })));
}

async function askHost(client: ControlClient, { sources, query }: Reading): Promise<readonly LogLine[]> {
  const all: LogLine[] = [];
  const params = { query: { ...query, services: sources }, follow: false };
  answerOf(
    await client.stream('logs', params, {
      onEvent: ({ service: source, lines }) => {
        for (const text of lines) all.push({ source, text });
      },
    }),
  );
  return all;
}

async function follow(
  { clock, signal }: CommandContext,
  client: ControlClient,
  { sources, query, print }: Reading,
): Promise<ExitCode> {
  let isFirst = true;
  const merger = new LineMerger(clock, (lines) => {
    print(isFirst ? lastOf(lines, query.tailLines) : lines);
    isFirst = false;
  });
  const ended = await client.stream(
    'logs',
    { query: { ...query, services: sources }, follow: true },
    {
      onEvent: ({ service: source, lines }) => {
        merger.add(lines.map((text) => ({ source, text })));
      },
      signal,
    },
  );
  merger.flush();
  if (signal.aborted) return exitCode.interrupted;
  answerOf(ended);
  return exitCode.ok;
}

const lastOf = (lines: readonly LogLine[], count: number | null): readonly LogLine[] =>
  count === null ? lines : lines.slice(Math.max(0, lines.length - count));
