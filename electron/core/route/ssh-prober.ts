/**
 * Asks whether an ssh host can be reached: jump hosts, key exchange and host key as a tunnel would, and then no login.
 * `none` (RFC 4252, section 5.2) is the method by which a client asks what it may log in with; the refusal is the answer.
 */
import { describeCause } from '../../../shared/failure.ts';
import type { Clock } from '../clock.ts';
import type { ChildLauncher } from '../process/child-process.ts';
import { classifyFailure } from '../failure/failure-classifier.ts';
import { thisPrivacy } from '../privacy/mac-privacy.ts';
import { sshReachArgv, type SshTiming } from '../transport/ssh-command.ts';
import { askChild } from '../process/child-query.ts';
import { isNetworkFailure } from './route.ts';
import type { RouteProber } from './route-prober.ts';

const timing: SshTiming = { connectTimeoutSeconds: 10, aliveIntervalSeconds: 15, aliveCountMax: 1 };
/** For all hops together. */
const timeoutMs = 20_000;

export const createSshProber =
  (launcher: ChildLauncher, clock: Clock): RouteProber =>
  async ({ services: [service], signal }) => {
    const { connection } = service;
    if (connection.technology !== 'ssh') throw new Error(`not an ssh service: ${service.name}`);
    const request = {
      name: `ssh ${connection.host} (is it there?)`,
      argv: sshReachArgv(connection, timing),
    };
    const answer = await askChild(request, { launcher, clock, timeoutMs, signal });
    switch (answer.kind) {
      case 'cancelled':
        return answer;
      case 'timed-out':
        return {
          kind: 'unreachable',
          cause: describeCause('timed-out', {
            host: connection.host,
            evidence: `no answer within ${String(timeoutMs / 1000)} s`,
          }),
        };
      case 'answered': {
        const { exit } = answer;
        if (exit.startError !== null) return { kind: 'unasked' };
        if (exit.exitCode === 0) return { kind: 'well' };
        const cause = classifyFailure({
          ...exit,
          service,
          lines: exit.lastLines,
          privacy: thisPrivacy,
        });
        // Anything else, a refused login above all, came from the host, or is each service's own to meet.
        return isNetworkFailure(cause, 'ssh') ? { kind: 'unreachable', cause } : { kind: 'well' };
      }
    }
  };
