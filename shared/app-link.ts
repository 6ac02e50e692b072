/** The question that a `localport:` link raises, as the popover shows it. Main keeps the meaning and acts on the answer. */
import * as z from 'zod';

/** The scheme of links that other programs open: `localport://open`, `localport://on/NAME`, `localport://off/tag/TAG`. */
export const linkScheme = 'localport';

const line = z.string().max(2_000);

export const linkCardSchema = z
  .object({
    id: z.string().min(1).max(20),
    title: line,
    text: line,
    /** What the confirming button does; null: nothing to confirm, the card only informs. */
    accept: line.nullable(),
  })
  .readonly();
export type LinkCard = z.infer<typeof linkCardSchema>;
