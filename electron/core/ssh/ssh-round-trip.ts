/** The proof that the server behind an ssh master answers. */
import { describeCause } from '../../../shared/failure.ts';
import type { Clock } from '../clock.ts';
import { greetMaster, sshMux } from '../mux/ssh-mux.ts';
import type { TransportProof } from '../transport/carrier.ts';
import { proveBySocket } from '../transport/transport-proof.ts';

/** A path that exists on no server: a request for it costs the server nothing and reveals nothing. */
const absentSocket = '/localport-transport-probe';

interface ProbeParts {
  readonly controlPath: string;
  readonly probeSocket: string;
  readonly clock: Clock;
}

/** Requests a connection that the server always refuses: the refusal is a round trip. */
export function roundTripThrough({ controlPath, probeSocket, clock }: ProbeParts) {
  let isOpen = false;
  return async (deadlineMs: number): Promise<TransportProof> => {
    const deadlineAt = clock.now() + deadlineMs;
    const leftMs = (): number => Math.max(0, deadlineAt - clock.now());
    if (!isOpen) {
      const forward = { listenPath: probeSocket, to: { path: absentSocket } };
      const opened = await sshMux.open({ controlPath, clock, deadlineMs }, forward);
      if (!opened.ok)
        return opened.error.kind === 'silent' ? { kind: 'silent' } : goneProof(opened.error.reason);
      isOpen = true;
    }
    const proof = await proveBySocket(probeSocket, leftMs(), clock);
    if (proof.kind !== 'alive') return proof;
    // An ssh that is ending closes the connection, too. Its end, which follows, has the cause.
    const greeted = await greetMaster({ controlPath, clock, deadlineMs: leftMs() });
    return greeted.ok ? proof : { kind: 'silent' };
  };
}

const goneProof = (reason: string): TransportProof => ({
  kind: 'dead',
  cause: describeCause('exited', { ending: 'its private socket is gone', evidence: reason }),
});
