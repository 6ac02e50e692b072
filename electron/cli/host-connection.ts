/** The running host, as commands see it: a client, or a failure message. */
import type { ControlError } from '../../shared/control-contract.ts';
import type { Result } from '../../shared/result.ts';
import type { ControlClient } from '../core/control/control-client.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure } from './command-failure.ts';

/** null: no host is running, or another reason that counts as `none` here. Any other problem is a failure. */
export async function findHost(
  context: CommandContext,
  none: readonly ControlError['code'][] = ['not-running'],
): Promise<ControlClient | null> {
  const connected = await context.connect();
  if (connected.ok) {
    const { kind, version, pid } = connected.value.host;
    if (context.options.verbose === true) context.tell(`using LocalPort: ${kind} ${version}, pid ${pid}`);
    return connected.value;
  }
  if (none.includes(connected.error.code)) return null;
  throw new CommandFailure(connected.error.message);
}

/** Connects to the host for as long as `work` takes. */
export async function withHost<T>(
  context: CommandContext,
  work: (client: ControlClient) => Promise<T>,
): Promise<T> {
  const client = await findHost(context);
  if (client === null) {
    throw new CommandFailure('LocalPort is not running', { hint: 'Start it: localport daemon start' });
  }
  return closing(client, work);
}

export async function closing<T>(
  client: ControlClient,
  work: (client: ControlClient) => Promise<T>,
): Promise<T> {
  try {
    return await work(client);
  } finally {
    client.close();
  }
}

/** The answer, or the host's error as a failure. */
export function answerOf<T>(result: Result<T, ControlError>): T {
  if (result.ok) return result.value;
  throw new CommandFailure(result.error.message);
}
