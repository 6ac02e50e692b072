/** An answer to input that is not a request, for which node:http creates no response. */
import { STATUS_CODES } from 'node:http';
import type { ControlError } from '../../../shared/control-contract.ts';
import { answerHeaders, json } from './control-reply.ts';
import { httpStatus } from './http-status.ts';

/** The connection is unusable after it. */
export function rawAnswer(error: ControlError, version: string): string {
  const status = httpStatus[error.code];
  const body = `${JSON.stringify({ error })}\n`;
  const headers = {
    ...answerHeaders(version, json),
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`;
}
