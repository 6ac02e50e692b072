/** Prints which action each signal triggered; exits when forced. */
import { systemClock } from '../../clock.ts';
import { silentLogger } from '../../observability/logger.ts';
import { AsyncSignalHandler } from '../async-signal-handler.ts';

const keepAlive = systemClock.after(60_000, () => undefined);

const handler = new AsyncSignalHandler(
  process,
  {
    reload: async () => {
      console.log('reload');
    },
    dump: async () => {
      console.log('dump');
    },
    stop: async (signal) => {
      console.log(`stop by ${signal}`);
    },
    force: async (signal) => {
      console.log(`force by ${signal}`);
      handler.uninstall();
      keepAlive.cancel();
    },
  },
  silentLogger,
);
handler.install();
console.log('ready');
