/** What main answers to every invoke: a failure travels as words, without the wrapping that Electron adds to errors. */
import type { z } from 'zod';
import type { Result } from '../../shared/result.ts';

export type IpcReply = Result<unknown, string>;

const maxIssuesTold = 3;

/** Says in one line what a payload should have been: `name: Too small; desired: Invalid option`. */
export function describePayloadError(error: z.ZodError): string {
  return error.issues
    .slice(0, maxIssuesTold)
    .map((issue) => `${issue.path.length === 0 ? 'payload' : issue.path.join('.')}: ${issue.message}`)
    .join('; ');
}
