/** What the details page shows in addition to the service's snapshot. Times are epoch ms. */
import * as z from 'zod';
import { maxPastOutages } from './details-bounds.ts';

const pastOutageSchema = z
  .object({
    since: z.number(),
    /** Excludes time asleep and time turned off. */
    durationMs: z.number(),
    /** The title of the first cause; null: unknown. */
    cause: z.string().nullable(),
  })
  .readonly();
export type PastOutage = z.infer<typeof pastOutageSchema>;

/** `up`: proven. `down`: turned on but not working. `off`: turned off. */
const spanSchema = z.object({ since: z.number(), state: z.enum(['up', 'down', 'off']) }).readonly();
export type Span = z.infer<typeof spanSchema>;

export const serviceDetailsSchema = z
  .object({
    /** Oldest first; each lasts until the next one, or until now. Empty: nothing is known yet. */
    spans: z.array(spanSchema).max(1_000).readonly(),
    /** Newest last. */
    outages: z.array(pastOutageSchema).max(maxPastOutages).readonly(),
    /** The tunnel process; null: there is none. */
    process: z.object({ pid: z.number().int(), command: z.string().nullable() }).readonly().nullable(),
  })
  .readonly();
export type ServiceDetails = z.infer<typeof serviceDetailsSchema>;
