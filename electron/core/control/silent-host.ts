/** What to do about a host that runs but does not answer. In a file of its own: loaded only then. */
import { findStopped } from '../process/process-state.ts';

/** `silence`: what was not answered, as a clause about LocalPort. */
export async function describeSilentHost(pid: number, silence: string): Promise<string> {
  const stopped = await findStopped([pid]);
  return stopped.has(pid)
    ? `LocalPort ${silence}: process ${pid} is stopped. To resume it: kill -CONT ${pid}`
    : `LocalPort ${silence}. Try again, or end process ${pid}: kill -9 ${pid}`;
}
