/**
 * Private Unix sockets. Their names are short and say nothing: `sun_path` holds 104 bytes on macOS and 108 on Linux,
 * the closing NUL included, and a service may be called anything.
 */
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';

const maxSocketPathBytes = 103;
const nameLength = 12;

/** Throws when the sockets of this directory would be too long to bind: better at the start than at each tunnel. */
export function assertFitsSockets(runtimeDirectory: string): void {
  const bytes = Buffer.byteLength(socketPath(runtimeDirectory, ''));
  if (bytes > maxSocketPathBytes) {
    throw new Error(
      `The runtime directory ${runtimeDirectory} is too long for Unix sockets: ${bytes} bytes with the name of a ` +
        `socket, ${maxSocketPathBytes} are allowed`,
    );
  }
}

/** The same id always gives the same path, so that what a crash left behind is found again. */
export function socketPath(runtimeDirectory: string, tunnelId: string): string {
  return path.join(runtimeDirectory, `${shortName(tunnelId)}.sock`);
}

/** A file name for something that belongs to one tunnel. */
export function shortName(tunnelId: string): string {
  return createHash('sha256').update(tunnelId).digest('hex').slice(0, nameLength);
}

export function removeFile(file: string): Promise<void> {
  return rm(file, { force: true });
}
