// The signals that ask a script to end: Ctrl-C, a kill, a closed terminal.
import os from 'node:os';

/** @type {readonly NodeJS.Signals[]} */
export const endSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Ends through process.exit, so that what was registered for the exit still happens: without a listener, a signal
 * would end the process on the spot and leave its display behind. */
export const exitOnEndSignals = () => {
  for (const signal of endSignals)
    process.once(signal, () => process.exit(128 + os.constants.signals[signal]));
};
