import { createHash } from 'node:crypto';

const maxPlainLength = 60;

/**
 * The log file of a service, without folder: its name where that is a safe file name, else what is left of it and a hash
 * of the whole. Two services never share a file, also where the file system takes `DB` and `db` for one.
 */
export function logFileName(serviceName: string): string {
  return `${isSafe(serviceName) ? serviceName : alter(serviceName)}.log`;
}

/** `….old` is where rotation puts a full file, and `…-1a2b3c4d` could be the altered name of another service. */
const isSafe = (name: string): boolean =>
  name.length <= maxPlainLength && /^[a-z0-9][a-z0-9._-]*$/.test(name) && !/(\.old|-[0-9a-f]{8})$/.test(name);

function alter(name: string): string {
  const readable = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  return `${readable.slice(0, maxPlainLength) || 'service'}-${hash}`;
}
