import { expect, it } from 'vitest';
import { type AskedLogin, answerName } from './answer-name.ts';

const bastion: AskedLogin = { host: 'bastion', port: null, jump: [] };

it.each([
  ["Enter passphrase for key '/home/me/.ssh/id_ed25519':", 'passphrase of /home/me/.ssh/id_ed25519'],
  ["me@bastion's password:", 'password of me@bastion'],
  ["me@10.0.0.9's password:", 'password of me@bastion (10.0.0.9)'],
  ['(me@bastion) Password:', 'password of me@bastion'],
  ['(me@bastion) Password for me@bastion.example:', 'password of me@bastion'],
  ["(me@corp.example@bastion) me's password:", 'password of me@corp.example@bastion'],
])('%s', (prompt, name) => {
  expect(answerName(prompt, bastion, true)).toBe(name);
});

it.each([
  '(me@bastion) Verification code:',
  '(me@bastion) Password or passcode:',
  '(me@bastion) One-time password:',
  '(me@bastion) LDAP Password:',
  '(me@bastion) Password again:',
  'Password:',
  "Enter PIN for ED25519-SK key '/home/me/.ssh/id_ed25519_sk':",
  'Confirm user presence for key ED25519-SK SHA256:abc',
  `Enter passphrase for key '/${'long/'.repeat(20)}':`,
  "Enter passphrase for key 'relative':",
  `${'u'.repeat(30)}@bastion's password:`,
  `me@${'h'.repeat(128)}'s password:`,
])('stores no answer to %s', (prompt) => {
  expect(answerName(prompt, bastion, true)).toBeNull();
});

it('distinguishes ports of one host', () => {
  const at = (port: number): AskedLogin => ({ host: 'localhost', port, jump: [] });
  const prompt = "me@localhost's password:";
  expect(answerName(prompt, at(2201), true)).toBe('password of me@localhost:2201');
  expect(answerName(prompt, at(2202), true)).toBe('password of me@localhost:2202');
});

it.each([
  [['gate'], 'password of me@gate'],
  [['root@gate:2222'], 'password of me@gate:2222'],
  [['outer', 'gate'], 'password of me@gate'],
  // It is unknown which of them asks.
  [['gate:1', 'gate:2'], 'password of me@gate, jump host of bastion'],
  [[], 'password of me@gate, jump host of bastion'],
  [['front-door'], 'password of me@gate, jump host of bastion'],
] as const)('names a jump host by what the config says about the route: %j', (jump, name) => {
  expect(answerName("me@gate's password:", { ...bastion, jump }, false)).toBe(name);
});
