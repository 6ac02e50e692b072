import { readdir } from 'node:fs/promises';

const maxProcesses = 8192;

/** All processes that Linux shows, newest last; empty on other systems. Never rejects. */
export async function listPids(): Promise<readonly string[]> {
  const names = await readdir('/proc').catch(() => []);
  return names.filter((name) => /^\d+$/.test(name)).slice(-maxProcesses);
}
