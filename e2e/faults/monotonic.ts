import { setTimeout as wait } from 'node:timers/promises';

/** In ms, on the clock that all processes of a machine share: moments of two processes can be compared. */
export const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

export const delay = (ms: number): Promise<void> => wait(Math.max(0, ms));
