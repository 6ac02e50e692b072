/** Maps the errno of a connection attempt to its cause. */
import { type Cause, type CauseDetails, describeCause } from '../../../shared/failure.ts';
import { systemLookups } from '../connect/shared-lookup.ts';
import { mayBeBlocked } from '../privacy/local-network.ts';
import { thisPrivacy, type MacPrivacy } from '../privacy/mac-privacy.ts';

/** No connection in time: the host is silent, or the resolver that was asked for its name. */
export const causeOfSilence = (details: CauseDetails & { readonly host: string }): Cause =>
  systemLookups.isUnanswered(details.host)
    ? describeCause('name-not-found', { ...details, isUnanswered: true })
    : describeCause('timed-out', details);

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
      return describeCause('name-not-found', details);
    case 'EAI_AGAIN':
      return describeCause('name-not-found', { ...details, isUnanswered: true });
    case 'ETIMEDOUT':
      return causeOfSilence(details);
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
