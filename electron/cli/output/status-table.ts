import { countServices } from '../../../shared/service-tone.ts';
import type { StatusReport } from '../status-report.ts';
import { alignColumns, type Cell } from './columns.ts';
import type { Palette } from './palette.ts';
import { showBytes } from './quantity.ts';
import { causeLines, paintOf, shapeOf, stateOf, timeOf } from './service-words.ts';

/** `now`: epoch ms. */
export function statusTable(report: StatusReport, palette: Palette, now: number): readonly string[] {
  const { services } = report;
  if (services.length === 0) return [palette.faint('no services')];
  const header = ['', 'NAME', 'STATE', 'LOCAL', 'REMOTE', 'TIME', 'CONN', 'IN', 'OUT'].map((text): Cell => ({
    text,
    paint: palette.faint,
    ...(numeric.has(text) ? { align: 'right' } : {}),
  }));
  const rows = services.map((service): readonly Cell[] => {
    const paint = paintOf(service, palette);
    const isUsed = service.bytesIn + service.bytesOut > 0;
    return [
      { text: shapeOf(service), paint },
      { text: service.name, paint: palette.strong },
      { text: stateOf(service), paint },
      { text: `localhost:${service.localPort}` },
      { text: service.route },
      { text: timeOf(service, now) },
      { text: service.connections === 0 ? '' : String(service.connections), align: 'right' },
      { text: isUsed ? showBytes(service.bytesIn) : '', align: 'right' },
      { text: isUsed ? showBytes(service.bytesOut) : '', align: 'right' },
    ];
  });
  const [head = '', ...lines] = alignColumns([header, ...rows]);
  const body = services.flatMap(({ name, cause }, index) => [
    lines[index] ?? '',
    ...(cause === null ? [] : causeLines(cause)).map((line) => palette.faint(`   ${line}`)),
    ...(report.lastWords.has(name) ? [palette.faint(`   last: ${report.lastWords.get(name) ?? ''}`)] : []),
  ]);
  return [head, ...body, '', summary(report, palette)];
}

const numeric = new Set(['CONN', 'IN', 'OUT']);

function summary({ host, services }: StatusReport, palette: Palette): string {
  const { wanted, up, trouble } = countServices(services);
  if (host === null) return palette.faint('LocalPort is not running: this is what it last knew');
  const problems = trouble === 0 ? '' : `, ${palette.bad(`${trouble} in trouble`)}`;
  const who = `${host.kind} ${host.version}, pid ${host.pid}`;
  return `${up} of ${wanted} up${problems} ${palette.faint(`(${who})`)}`;
}
