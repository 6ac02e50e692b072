/** The cause behind the errno of a connection attempt. */
import { type Cause, describeCause } from '../../../shared/failure.ts';
import { isLocalAddress } from './network-failures.ts';

export function classifyConnectError(
  error: NodeJS.ErrnoException & { readonly address?: string },
  { host, port }: { readonly host: string; readonly port: number },
  platform: NodeJS.Platform = process.platform,
): Cause {
  const details = { host, port, evidence: error.message };
  switch (error.code) {
    case 'ECONNREFUSED':
      return describeCause('connection-refused', details);
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return describeCause('name-not-found', details);
    case 'ETIMEDOUT':
      return describeCause('timed-out', details);
    case 'ECONNRESET':
      return describeCause('closed-by-remote', details);
    case 'EHOSTUNREACH':
      return describeCause(
        platform === 'darwin' && isLocalAddress(error.address ?? host)
          ? 'local-network-denied'
          : 'host-unreachable',
        details,
      );
    case undefined:
    default:
      return describeCause('host-unreachable', details);
  }
}
