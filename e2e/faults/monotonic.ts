/** In ms, on the one clock that all processes of a machine share: moments of two processes can be compared. */
export const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

export { setTimeout as delay } from 'node:timers/promises';
