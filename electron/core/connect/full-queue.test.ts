import { expect, it } from 'vitest';
import type { ConnectError } from './connect-error.ts';
import { readPathError } from './full-queue.ts';

const failing = (code: string): ConnectError => Object.assign(new Error(`connect ${code}`), { code });
/** An existing file: a socket keeps its file after its listener has died. */
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
