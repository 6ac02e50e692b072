import { expect, it } from 'vitest';
import { isPasswordPrompt } from './ssh-prompt.ts';

it.each([
  "deploy@bastion's password: ",
  "deploy@10.0.0.9's password:",
  '(deploy@bastion) Password: ',
  '(deploy@bastion) Password for deploy@bastion.example:',
  "(deploy@bastion) deploy's password:",
  'Password:',
])('%j asks deploy for the password', (prompt) => {
  expect(isPasswordPrompt(prompt, 'deploy')).toBe(true);
});

it.each([
  "root@bastion's password: ",
  '(root@bastion) Password: ',
  "(deploy@bastion) root@vault's password:",
  "root@vault's password: Password:",
  '(deploy@bastion) Verification code: ',
  '(deploy@bastion) One-time password (OATH) for deploy: ',
  '(deploy@bastion) One-time Password: ',
  '(deploy@bastion) Password or passcode: ',
  '(deploy@bastion) (current) UNIX password: ',
  '(deploy@bastion) New password: ',
  '(deploy@bastion) Retype new password: ',
  '(deploy@bastion) Duo two-factor login. Password again:',
  '(deploy@bastion) ',
  '',
])('%j asks deploy for something else', (prompt) => {
  expect(isPasswordPrompt(prompt, 'deploy')).toBe(false);
});

it('accepts any user from ssh_config, and one whose name ssh truncates', () => {
  expect(isPasswordPrompt("root@bastion's password: ", null)).toBe(true);
  const long = 'a-service-account-with-a-very-long-name';
  expect(isPasswordPrompt(`${long.slice(0, 30)}@bastion's password: `, long)).toBe(true);
});
