/** What is known of the login shell's environment, which kubectl, ssh and plugins run with. */
import * as z from 'zod';

export const environmentStateSchema = z
  .object({
    shell: z.string(),
    /** When the shell last answered, in epoch ms; null: never. */
    capturedAt: z.number().nullable(),
  })
  .readonly();
export type EnvironmentState = z.infer<typeof environmentStateSchema>;
