/** What the details page shows of a service beside its snapshot. Times are epoch ms. */
import * as z from 'zod';
import { maxPastOutages } from './details-bounds.ts';

const pastOutageSchema = z
  .object({
    since: z.number(),
    /** Time asleep and time switched off are not in it. */
    durationMs: z.number(),
    /** The title of the first cause; null: none was known. */
    cause: z.string().nullable(),
  })
  .readonly();
export type PastOutage = z.infer<typeof pastOutageSchema>;

/** `up` is proven, `down` is wanted and not in order, `off` is not wanted. */
const spanSchema = z.object({ since: z.number(), state: z.enum(['up', 'down', 'off']) }).readonly();
export type Span = z.infer<typeof spanSchema>;

export const serviceDetailsSchema = z
  .object({
    /** Oldest first, each until the next one or now. Empty: nothing is known yet. */
    spans: z.array(spanSchema).max(1_000).readonly(),
    /** The newest last. */
    outages: z.array(pastOutageSchema).max(maxPastOutages).readonly(),
    /** Of the tunnel process; null: there is none. */
    process: z.object({ pid: z.number().int(), command: z.string().nullable() }).readonly().nullable(),
  })
  .readonly();
export type ServiceDetails = z.infer<typeof serviceDetailsSchema>;
