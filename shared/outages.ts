/**
 * How often and for how long a service was down although it was turned on, as a snapshot reports it. The histogram's bounds
 * are defined here, so that the code that counts and the code that prints cannot disagree.
 */
import * as z from 'zod';

/** Upper bounds of the histogram buckets for recovery times, in ms; one more bucket holds longer times. */
export const recoveryBoundsMs = [
  100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000, 1_800_000,
] as const;

/** Every snapshot includes them. */
export const maxRecentOutages = 5;

export const outagesSchema = z
  .object({
    /** Outages that ended with the service proven again, since LocalPort started or the service came into its config. */
    count: z.number().int(),
    /** Their total duration, excluding time asleep and time turned off. */
    totalMs: z.number(),
    /**
     * The number that lasted up to each bound of `recoveryBoundsMs` and longer than the previous one; the last bucket: longer
     * than all bounds.
     */
    byDuration: z
      .array(z.number().int())
      .length(recoveryBoundsMs.length + 1)
      .readonly(),
    /** Newest last. `since`: when it began. */
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
