import { expect, it } from 'vitest';
import type { ConnectError } from './connect-error.ts';
import { readPathError } from './full-queue.ts';

const failing = (code: string): ConnectError => Object.assign(new Error(`connect ${code}`), { code });
/** A file that is there: a socket whose listener has died keeps its file too. */
const there = import.meta.filename;
const gone = `${there}.gone`;

it.each([
  ['ECONNREFUSED', there, 'darwin', 'EAGAIN'],
  ['ECONNREFUSED', gone, 'darwin', 'ECONNREFUSED'],
  ['ECONNREFUSED', there, 'linux', 'ECONNREFUSED'],
  ['ENOENT', gone, 'darwin', 'ENOENT'],
  ['EMFILE', there, 'darwin', 'EMFILE'],
  ['EAGAIN', there, 'linux', 'EAGAIN'],
] as const)('%s of %s on %s is %s', (code, path, platform, expected) => {
  expect(readPathError(failing(code), path, platform).code).toBe(expected);
});
