/** Whether another program already serves a local port, for platforms on which binding the port does not show that. */
import { connect } from 'node:net';
import { hostsOf, type BindAddress } from '../../../shared/bind-address.ts';
import { withDeadline, type Clock } from '../clock.ts';

export interface AnswerRequest {
  readonly port: number;
  readonly clock: Clock;
  /** Default: both loopback addresses. */
  readonly bind?: BindAddress;
  /** For tests. */
  readonly loopback?: readonly [v4: string, v6: string];
}

/**
 * On macOS a socket with SO_REUSEADDR, which Node sets, may bind 127.0.0.1 although another program of the same user listens
 * on the wildcard address, as AirPlay does on port 5000, and silently takes its clients (xnu, bsd/netinet/in_pcb.c,
 * in_pcbbind). Linux refuses that bind. The reverse cannot be detected: a program that binds the wildcard address later gets
 * no error, and no clients from this computer.
 */
export const bindsOverWildcard = (platform: NodeJS.Platform): boolean => platform === 'darwin';

const answerTimeoutMs = 250;

export const placesOf = ({ bind = null, loopback }: AnswerRequest): readonly string[] =>
  bind === null ? (loopback ?? hostsOf(bind)) : hostsOf(bind);

/** Whether any program accepts connections on this port at the addresses of `bind`. */
export async function isAnswered(request: AnswerRequest): Promise<boolean> {
  const { port, clock } = request;
  const answers = await Promise.all(placesOf(request).map((host) => accepts(host, port, clock)));
  return answers.includes(true);
}

async function accepts(host: string, port: number, clock: Clock): Promise<boolean> {
  const socket = connect({ host, port });
  const connected = new Promise<boolean>((resolve) => {
    socket.once('error', () => {
      resolve(false);
    });
    // A port in the ephemeral range may connect to itself: then nothing listens there.
    socket.once('connect', () => {
      resolve(socket.localPort !== port);
    });
  });
  const answer = await withDeadline(clock, answerTimeoutMs, connected);
  socket.destroy();
  return answer === true;
}
