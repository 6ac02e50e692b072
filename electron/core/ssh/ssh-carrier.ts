/** Carriers of ssh transports: masters whose connection attempts overlap. Logins take turns at each host. */
import type { SshConnection } from '../../../shared/service-spec.ts';
import { parseJumpHost } from '../../../shared/jump-host.ts';
import type { Clock } from '../clock.ts';
import { startLimit } from '../transport/child-carrier.ts';
import { ConnectionQueue } from '../transport/connection-queue.ts';
import { LoginMemory, type LoginRequest } from './login-memory.ts';
import { assertFitsSockets } from '../files/private-path.ts';
import { type Admission, RacingCarrier } from '../transport/racing-carrier.ts';
import { openMaster, type SshMasterOptions } from './ssh-master.ts';
import type { OpenCarrier } from '../transport/transport.ts';
import { loginOf } from '../transport/transport-key.ts';

/** Throws if the path of the runtime directory is too long for sockets. */
export function sshCarriers(options: SshMasterOptions): OpenCarrier {
  const { clock, runtimeDirectory } = options;
  assertFitsSockets(runtimeDirectory);
  const queue = new ConnectionQueue(clock);
  const logins = new LoginMemory();
  return (opening, reports) => {
    const { id, service, forced } = opening;
    const { connection, startTimeoutMs } = service;
    if (connection.technology !== 'ssh') throw new Error(`not an ssh service: ${service.name}`);
    const login = loginOf(connection);
    const [firstHost = connection.host, beyond] = hopsOf(connection);
    const request = { login, host: firstHost, requestedAt: clock.now(), forced };
    return new RacingCarrier({
      id,
      host: connection.host,
      clock,
      queue,
      queueKey: firstHost,
      beyond,
      answerTimeoutMs: startTimeoutMs,
      limit: startLimit(startTimeoutMs),
      // The attempt's files are named after its id.
      open: (attempt) =>
        openMaster(
          { ...opening, id: `${id}.${String(attempt)}` },
          { connection, login, ...reports },
          options,
        ),
      admission: admissionOf(request, logins, clock),
    });
  };
}

const admissionOf = (request: LoginRequest, logins: LoginMemory, clock: Clock): Admission => ({
  refusal: () => logins.refusal(request, clock.now()),
  notBefore: () => logins.notBefore(request),
  learn: (cause) => {
    if (cause === null) logins.worked(request);
    else logins.failed(request, cause, clock.now());
  },
});

/**
 * The hosts where logins take place, in order, as far as known without ssh_config, which may set another port than
 * 22.
 */
const hopsOf = ({ host, port, jump }: SshConnection): readonly string[] =>
  [...jump.map(parseJumpHost), { host, port }].map((hop) => `${hop.host}:${String(hop.port ?? 22)}`);
