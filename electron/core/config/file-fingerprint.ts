import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { maxConfigBytes } from './config-source.ts';

/**
 * What tells one state of a config file from another: its content, its owner and rights, or why it cannot be read. Not its
 * times: a touch changes nothing. Never blocks on a pipe, never rejects.
 */
export async function fingerprintOf(path: string): Promise<string> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const stats = await handle.stat();
    const nature = `${stats.mode} ${stats.uid}`;
    if (!stats.isFile() || stats.size > maxConfigBytes) return `${nature} ${stats.size}`;
    const content = await handle.readFile();
    return `${nature} ${createHash('sha256').update(content).digest('hex')}`;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
  } finally {
    await handle?.close().catch(() => undefined);
  }
}
