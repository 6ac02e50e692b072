import type { Cause } from '../../../shared/failure.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import { listenLocally, type ListenRequest, type LocalListener } from './local-listener.ts';
import { listenOnSocket } from './local-socket.ts';

export type ListenEverywhereRequest = Omit<ListenRequest, 'port'> & {
  /** null: none. */
  readonly port: number | null;
  /** null: none. */
  readonly socketPath: string | null;
};

/** Opens the port, the Unix socket, or both: all or nothing. */
export async function listenEverywhere(
  request: ListenEverywhereRequest,
): Promise<Result<LocalListener, Cause>> {
  const { port, socketPath } = request;
  const listeners: LocalListener[] = [];
  const closeAll = async (): Promise<void> => {
    await Promise.all(listeners.map((listener) => listener.close()));
  };
  if (port !== null) {
    const listening = await listenLocally({ ...request, port });
    if (!listening.ok) return listening;
    listeners.push(listening.value);
  }
  if (socketPath !== null) {
    const listening = await listenOnSocket({ ...request, path: socketPath });
    if (!listening.ok) {
      await closeAll();
      return err(listening.error);
    }
    listeners.push(listening.value);
  }
  return ok({ addresses: listeners.flatMap(({ addresses }) => addresses), close: closeAll });
}
