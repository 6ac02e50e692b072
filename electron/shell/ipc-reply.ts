/** Main's reply to every invoke: failures are sent as messages, without the wrapping that Electron adds to errors. */
import type { z } from 'zod';
import type { Result } from '../../shared/result.ts';

export type IpcReply = Result<unknown, string>;

const maxIssuesTold = 3;

/** Describes an invalid payload in one line: `name: Too small; desired: Invalid option`. */
export function describePayloadError(error: z.ZodError): string {
  return error.issues
    .slice(0, maxIssuesTold)
    .map((issue) => `${issue.path.length === 0 ? 'payload' : issue.path.join('.')}: ${issue.message}`)
    .join('; ');
}
