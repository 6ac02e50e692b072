import { localAddress } from '../../../shared/bind-address.ts';
import { momentText } from '../../../shared/off-until.ts';
import { loginCommand } from '../../../shared/prompt.ts';
import { promptTitle } from '../../../shared/prompt-words.ts';
import { sshHostIn } from '../../../shared/route-text.ts';
import { countServices, upOfWanted } from '../../../shared/service-tone.ts';
import type { ReportedService, StatusReport } from '../status-report.ts';
import { alignColumns, type Cell, fitColumns, type Narrowing } from './columns.ts';
import { formatLogLine } from './log-format.ts';
import { plainPalette, type Palette } from './palette.ts';
import { showBytes, showDuration } from './quantity.ts';
import { causeLines, paintOf, shapeOf, stateOf, timeOf } from './service-words.ts';
import { wrap } from './text-width.ts';

export interface TableView {
  readonly palette: Palette;
  /** Epoch ms. */
  readonly now: number;
  /** Columns of the terminal; undefined without a terminal: lines keep their length. */
  readonly width?: number | undefined;
}

/**
 * A line for each service, followed by the reason if it is not up: once for neighbors with the same cause. Notices come
 * last.
 */
export function statusTable(report: StatusReport, view: TableView): readonly string[] {
  const { services } = report;
  const { palette, width = Infinity } = view;
  if (services.length === 0)
    return [
      palette.faint('no services; to add one: localport add, or localport import'),
      ...noticeLines(report, view),
    ];
  const header = columns.map((text): Cell => ({
    text,
    paint: palette.faint,
    ...(numeric.has(text) ? { align: 'right' } : {}),
  }));
  const rows = [header, ...services.map((service) => cellsOf(service, view))];
  const [head = '', ...lines] = alignColumns(fitColumns(rows, width, narrowings));
  const remarks = services.map((service) => remarksOn(service, report, view.now));
  const body = services.flatMap((_, index) => [
    lines[index] ?? '',
    ...(remarks[index]?.join('\n') === remarks[index + 1]?.join('\n') ? [] : (remarks[index] ?? []))
      .flatMap((remark) => wrap(remark, width - indent.length))
      .map((line) => palette.faint(`${indent}${line}`)),
  ]);
  return [head, ...body, '', summary(report, palette), ...noticeLines(report, view)];
}

const columns = ['', 'NAME', 'STATE', 'LOCAL', 'REMOTE', 'TIME', 'CONN', 'IN', 'OUT'] as const;
const column = (name: (typeof columns)[number]): number => columns.indexOf(name);
const numeric: ReadonlySet<string> = new Set(['CONN', 'IN', 'OUT']);

/** The least important is narrowed first; a service's name and state last. */
const narrowings: readonly Narrowing[] = [
  { kind: 'leave-out', column: column('OUT') },
  { kind: 'leave-out', column: column('IN') },
  { kind: 'leave-out', column: column('CONN') },
  { kind: 'shorten', column: column('REMOTE'), atLeast: 16 },
  { kind: 'shorten', column: column('NAME'), atLeast: 20 },
  { kind: 'leave-out', column: column('REMOTE') },
  { kind: 'leave-out', column: column('TIME') },
  { kind: 'shorten', column: column('NAME'), atLeast: 8 },
];

const indent = '   ';

function cellsOf(service: ReportedService, { palette, now }: TableView): readonly Cell[] {
  const paint = paintOf(service, palette);
  const isUsed = service.bytesIn + service.bytesOut > 0;
  return [
    { text: shapeOf(service), paint },
    { text: service.name, paint: palette.strong },
    { text: stateOf(service), paint },
    { text: service.remoteAddress === undefined ? localAddress(service) : '' },
    { text: service.route },
    { text: timeOf(service, now) },
    { text: service.connections === 0 ? '' : String(service.connections), align: 'right' },
    { text: isUsed ? showBytes(service.bytesIn) : '', align: 'right' },
    { text: isUsed ? showBytes(service.bytesOut) : '', align: 'right' },
  ];
}

function remarksOn(
  service: ReportedService,
  { lastWords, prompts }: StatusReport,
  now: number,
): readonly string[] {
  const { name, cause, configuredPort, route, note, otherContext, offUntil, offAt } = service;
  const last = lastWords.get(name);
  return [
    ...prompts
      .filter(({ services }) => services.includes(name))
      .map((prompt) =>
        prompt.kind === 'sign-in'
          ? promptTitle(prompt)
          : `${promptTitle(prompt)}: answer in the app, or run ${loginCommand(sshHostIn(route) ?? name)}`,
      ),
    ...(cause === null ? [] : causeLines(cause)),
    ...(note === undefined ? [] : [note]),
    ...(otherContext === undefined
      ? []
      : [`kubectl's current context is ${otherContext} now: turn this off and on to use it`]),
    ...(configuredPort === null ? [] : [`this port is for this run: the config says ${configuredPort}`]),
    ...(offUntil === undefined ? [] : [`off until ${momentText(offUntil, now)}`]),
    ...(offAt === undefined ? [] : [`goes off in ${showDuration(Math.max(0, offAt - now))}`]),
    ...(last === undefined ? [] : [`last: ${lastWordsOf(last, now)}`]),
  ];
}

const lastWordsOf = (text: string, now: number): string =>
  formatLogLine({ source: null, text }, { format: 'table', palette: plainPalette, namesSources: false, now });

function summary({ host, services }: StatusReport, palette: Palette): string {
  const counts = countServices(services);
  const { trouble } = counts;
  if (host === null) return palette.faint('LocalPort is not running; this is the last known state');
  const problems = trouble === 0 ? '' : `, ${palette.bad(`${trouble} in trouble`)}`;
  const who = `${host.kind} ${host.version}, pid ${host.pid}`;
  return `${upOfWanted(counts)}${problems} ${palette.faint(`(${who})`)}`;
}

const noticeLines = ({ host }: StatusReport, { palette, width = Infinity }: TableView): readonly string[] =>
  (host?.notices ?? []).flatMap((text) => wrap(`notice: ${text}`, width).map(palette.working));
