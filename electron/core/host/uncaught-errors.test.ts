import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { silentLogger } from '../observability/logger.ts';
import { logUncaughtErrors } from './uncaught-errors.ts';

describe('uncaught errors', () => {
  it('go to the log, with their stack if they have one', () => {
    const source = new EventEmitter();
    const lines: string[] = [];
    logUncaughtErrors(source, { ...silentLogger, error: (line) => lines.push(line) });
    const error = new Error('boom');
    source.emit('uncaughtException', error);
    source.emit('unhandledRejection', 'no reason');
    expect(lines).toEqual([`uncaught exception: ${error.stack ?? ''}`, 'unhandled rejection: no reason']);
  });
});
