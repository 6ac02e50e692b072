/** Maps the errno of a connection attempt to its cause. */
import { type Cause, describeCause } from '../../../shared/failure.ts';
import { mayBeBlocked } from '../privacy/local-network.ts';
import { thisPrivacy, type MacPrivacy } from '../privacy/mac-privacy.ts';

export function classifyConnectError(
  error: NodeJS.ErrnoException & { readonly address?: string },
  { host, port }: { readonly host: string; readonly port: number },
  privacy: MacPrivacy = thisPrivacy,
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
    case 'EHOSTUNREACH': {
      const address = error.address ?? host;
      return mayBeBlocked(address, privacy)
        ? describeCause('local-network-denied', { ...details, address, program: privacy.program })
        : describeCause('host-unreachable', details);
    }
    case undefined:
    default:
      return describeCause('host-unreachable', details);
  }
}
