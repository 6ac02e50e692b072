/** What a link of the scheme `localport:` asks, as the popover shows it. Main keeps what it means, and acts on the answer. */
import * as z from 'zod';

/** Links that other programs open: `localport://open`, `localport://on/NAME`, `localport://off/NAME`. */
export const linkScheme = 'localport';

const line = z.string().max(2_000);

export const linkCardSchema = z
  .object({
    id: z.string().min(1).max(20),
    title: line,
    text: line,
    /** What the button does that says yes; null: there is nothing to do, and only something to say. */
    accept: line.nullable(),
  })
  .readonly();
export type LinkCard = z.infer<typeof linkCardSchema>;
