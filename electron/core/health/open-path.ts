import { assertNever } from '../../../shared/result.ts';
import type { Connection } from '../../../shared/service-spec.ts';
import { isLoopback } from '../config/loops.ts';

/**
 * Whether others may listen on the way to the target, or answer in its place. ssh and kubectl encrypt and know the server; what
 * a command does is not known.
 */
export function mayBeOverheard(connection: Connection): boolean {
  switch (connection.technology) {
    case 'ssh':
    case 'kubectl':
      return false;
    case 'tcp':
      return !isLoopback(connection.host);
    case 'command':
      return true;
    default:
      return assertNever(connection, 'technology');
  }
}
