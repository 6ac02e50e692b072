import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { CommandContext } from './command-context.ts';
import { alignColumns } from './output/columns.ts';
import { showBytes } from './output/quantity.ts';
import { jsonLines } from './output/json-lines.ts';

interface FoundLog {
  readonly path: string;
  readonly bytes: number;
  /** Epoch ms. */
  readonly changedAt: number;
}

/** The log files with size and last change, as lines. */
export async function listLogs(
  { format, palette }: CommandContext,
  directory: string,
): Promise<readonly string[]> {
  const logs = [...(await findLogs(directory)), ...(await findLogs(path.join(directory, 'services')))];
  const rows = logs.map(({ path: file, bytes, changedAt }) => ({
    path: file,
    bytes,
    changed: new Date(changedAt).toISOString(),
  }));
  if (format === 'json') return jsonLines(rows);
  if (format === 'text') return rows.map(({ path: file }) => file);
  return alignColumns(
    rows.map((row) => [
      { text: row.changed, paint: palette.faint },
      { text: showBytes(row.bytes), align: 'right' },
      { text: row.path },
    ]),
  );
}

async function findLogs(directory: string): Promise<readonly FoundLog[]> {
  const names = await readdir(directory).catch(() => []);
  const files = names.filter((name) => name.endsWith('.log')).toSorted();
  return Promise.all(
    files.map(async (name) => {
      const file = path.join(directory, name);
      const { size, mtimeMs } = await stat(file);
      return { path: file, bytes: size, changedAt: mtimeMs };
    }),
  );
}
