/** The metrics as a table, read from the output of `localport metrics` without services. */
import { openMetrics } from '../../electron/cli/output/open-metrics.ts';
import { code, markdownTable } from './markdown-table.ts';

export function metricTable(): string {
  const host = { kind: 'headless', pid: 1, version: '1.0.0', since: 0, notices: [] } as const;
  const lines = openMetrics({ host, services: [] } as unknown as Parameters<typeof openMetrics>[0]);
  const rows = lines.flatMap((line) => {
    const [, keyword, name = '', words = ''] = /^# (TYPE|HELP) (\S+) (.+)$/.exec(line) ?? [];
    return keyword === undefined ? [] : [{ keyword, name, words }];
  });
  const types = new Map(
    rows.flatMap(({ keyword, name, words }) => (keyword === 'TYPE' ? [[name, words]] : [])),
  );
  return markdownTable(
    ['metric', 'type', 'meaning'],
    rows
      .filter(({ keyword }) => keyword === 'HELP')
      .map(({ name, words }) => [code(name), types.get(name) ?? '', words]),
  );
}
