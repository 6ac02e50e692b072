import { expect, it } from 'vitest';
import { isNoise, plainLine, redactedLine, toEvidence } from './evidence.ts';

it.each([
  ['error: lost connection to pod', 'error: lost connection to pod'],
  ['E1122 16:52:07.275136    2787 portforward.go:424] plain words', 'plain words'],
  [
    'E1122 16:52:07.275136    2787 x.go:1] "Unhandled Error" err="it said \\"no\\"\\nand left"',
    'it said "no" and left',
  ],
  ['debug1: Connecting to bastion [10.0.0.8] port 22.', 'Connecting to bastion [10.0.0.8] port 22.'],
  ['\u001b[31mred\u001b[0m   and\ttabs\u0007', String.raw`red and tabs\u0007`],
  ['\u001b]0;a title\u0007of \u001bPdevice\u001b\\control', 'of control'],
  ['\u202eturned\u2066 around\u200f\u0085', String.raw`\u202eturned\u2066 around\u200f\u0085`],
])('shows %j as %j', (line, expected) => {
  expect(toEvidence(line, [])).toBe(expected);
});

it.each([
  ['password=hunter2&x=1', 'password=[hidden]&x=1'],
  ['{"access_token":"abc.def"}', '{"access_token":[hidden]}'],
  ['postgres://app:pw@db:5432/x', 'postgres://app:[hidden]@db:5432/x'],
  ['Authorization: Bearer abcdefgh.ijk', 'Authorization: Bearer [hidden]'],
  [
    'Error loading SSO Token: Token for x does not exist',
    'Error loading SSO Token: Token for x does not exist',
  ],
  [
    'root@bastion: Permission denied (publickey,password).',
    'root@bastion: Permission denied (publickey,password).',
  ],
  ['http://127.0.0.1:8080/a@b', 'http://127.0.0.1:8080/a@b'],
])('redacts %j to %j', (line, expected) => {
  expect(redactedLine(line, [])).toBe(expected);
});

it('redacts given secrets anywhere in the line', () => {
  expect(redactedLine('a $& b $&', ['$&'])).toBe('a [hidden] b [hidden]');
});

it.each([
  '',
  'debug1: Entering interactive session.',
  "Warning: Permanently added 'x' (ED25519) to the list of known hosts.",
  '@@@@@@@@@@@@@@@@',
  'Handling connection for 5432',
  'E1122 16:52:07.275136    2787 memcache.go:265] "Unhandled Error" err="x"',
  '** WARNING: connection is not using a post-quantum key exchange algorithm.',
])('skips %j', (line) => {
  expect(isNoise(line)).toBe(true);
});

it('keeps both ends of a line of any length, so that no rule takes long to read it', () => {
  const line = plainLine(`first ${'a@'.repeat(4_000)} last`, []);
  expect(line).toMatch(/^first .* last$/);
  expect(line.length).toBeLessThanOrEqual(1_500);
});
