/**
 * How often and for how long a service was away although it was wanted: what a snapshot says of it. Bounds and the
 * count of a histogram live here, so that who counts and who prints cannot disagree.
 */
import * as z from 'zod';

/** Upper bounds of the recovery times that are told apart, in ms; one more bucket holds the longer ones. */
export const recoveryBoundsMs = [
  100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000, 1_800_000,
] as const;

/** Every snapshot carries them. */
export const maxRecentOutages = 5;

export const outagesSchema = z
  .object({
    /** Outages that ended with the service proven again, since LocalPort started or the service came into its config. */
    count: z.number().int(),
    /** How long they lasted together. Time asleep and time switched off are not in it. */
    totalMs: z.number(),
    /**
     * How many of them lasted no longer than each bound of `recoveryBoundsMs`, and longer than the one before it; the last:
     * longer than all.
     */
    byDuration: z
      .array(z.number().int())
      .length(recoveryBoundsMs.length + 1)
      .readonly(),
    /** The newest last. `since`: when it began. */
    recent: z
      .array(z.object({ since: z.number(), durationMs: z.number() }).readonly())
      .max(maxRecentOutages)
      .readonly(),
  })
  .readonly();
export type Outages = z.infer<typeof outagesSchema>;

export const noOutages: Outages = {
  count: 0,
  totalMs: 0,
  byDuration: new Array<number>(recoveryBoundsMs.length + 1).fill(0),
  recent: [],
};
