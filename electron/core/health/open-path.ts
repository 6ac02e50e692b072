import { assertNever } from '../../../shared/result.ts';
import type { Connection } from '../../../shared/service-spec.ts';
import { isLoopback } from '../config/loops.ts';

/**
 * Whether a third party may read traffic to the target, or answer in its place. ssh and kubectl encrypt and
 * authenticate the server; for a command this is unknown.
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
