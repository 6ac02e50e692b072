import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { maxConfigBytes } from './config-source.ts';
import { stepsTo, type PathStep } from '../files/path-steps.ts';

/**
 * A fingerprint of the state of a config file: its content, who can write or replace it, or why it cannot be read.
 * Without its times: a touch changes nothing. Never blocks on a pipe, never rejects.
 */
export async function fingerprintOf(path: string): Promise<string> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const stats = await handle.stat();
    const nature = stepsTo(path).map(rightsOf).join(' ');
    if (!stats.isFile() || stats.size > maxConfigBytes) return `${nature} ${stats.size}`;
    const content = await handle.readFile();
    return `${nature} ${createHash('sha256').update(content).digest('hex')}`;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
  } finally {
    await handle?.close().catch(() => undefined);
  }
}

const rightsOf = ({ stats }: PathStep): string =>
  stats === null ? '' : `${stats.mode},${stats.uid},${stats.gid}`;
