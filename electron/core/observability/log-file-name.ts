import { createHash } from 'node:crypto';

const maxPlainLength = 60;

/**
 * The name of a service's log file: the service name if that is a safe file name, else its safe characters and a hash of
 * the whole. Two services never share a file, even if the file system treats `DB` and `db` as the same name.
 */
export function logFileName(serviceName: string): string {
  return `${isSafe(serviceName) ? serviceName : alter(serviceName)}.log`;
}

/** `….old` is the name of a rotated file, and `…-1a2b3c4d` could be the altered name of another service. */
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
