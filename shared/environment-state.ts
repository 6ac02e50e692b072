/** The state of the login shell's environment, in which kubectl, ssh and plugins run. */
import * as z from 'zod';

export const environmentStateSchema = z
  .object({
    shell: z.string(),
    /** When the shell last responded, in epoch ms; null: never. */
    capturedAt: z.number().nullable(),
  })
  .readonly();
export type EnvironmentState = z.infer<typeof environmentStateSchema>;
