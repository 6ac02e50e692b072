import { expect, it } from 'vitest';
import { promptKindSchema, type Prompt } from '../shared/prompt.ts';
import { promptViewOf } from './prompt-view.ts';

const prompt: Prompt = {
  id: '1',
  services: ['warehouse', 'redis'],
  asker: 'bastion',
  words: "deploy@bastion's password:",
  kind: 'password',
  isRepeated: false,
  since: 0,
};
const read = (change: Partial<Prompt>): string => {
  const { title, text, words, answer, offersKeychain, wasInKeychain } = promptViewOf({
    ...prompt,
    ...change,
  });
  const field = { text: '[field]', 'yes-or-no': '[No] [Yes]', none: '' }[answer];
  const remember = offersKeychain ? `[${wasInKeychain ? 'x' : ' '}] Remember in keychain` : '';
  return [title, text, words, field, remember].filter((part) => part !== '').join(' | ');
};

it.each([
  [{}, "bastion asks for a password | Needed by warehouse, redis | deploy@bastion's password: | [field]"],
  [
    { kind: 'passphrase', asker: 'id_ed25519', words: "Enter passphrase for key '/k/id_ed25519':" },
    "The key id_ed25519 is locked | Needed by warehouse, redis | Enter passphrase for key '/k/id_ed25519': | [field]",
  ],
  [
    { kind: 'code', words: '(me@bastion) Verification code:', isRepeated: true },
    'bastion asks for a code | The last answer was not accepted. Needed by warehouse, redis | (me@bastion) Verification code: | [field]',
  ],
  [
    { kind: 'touch', words: 'Confirm user presence for key ED25519-SK', services: ['db'] },
    'Touch your security key | Needed by db | Confirm user presence for key ED25519-SK',
  ],
  [
    { kind: 'sign-in', asker: 'kubelogin', words: 'Sign in.', services: ['db'] },
    'kubelogin is waiting for you to sign in | Needed by db | Sign in.',
  ],
  [
    { kind: 'confirm', words: 'Add key /k/id_ed25519 (me@laptop) to agent?', services: ['db'] },
    'Confirm the login to bastion | Needed by db | Add key /k/id_ed25519 (me@laptop) to agent? | [No] [Yes]',
  ],
  [
    { remember: 'offered', services: ['db'] },
    "bastion asks for a password | Needed by db | deploy@bastion's password: | [field] | [ ] Remember in keychain",
  ],
  [
    { remember: 'offered', isRepeated: true, wasRemembered: true, services: ['db'] },
    "bastion asks for a password | The answer in the keychain was not accepted, and was removed. Needed by db | deploy@bastion's password: | [field] | [x] Remember in keychain",
  ],
  [
    { remember: 'unavailable', services: ['db'] },
    "bastion asks for a password | Needed by db | deploy@bastion's password: | [field]",
  ],
] as const)('describes %j in plain words', (change, words) => {
  expect(read(change)).toBe(words);
});

it('offers to cancel all but a sign-in, which ends by itself', () => {
  const cancelable = promptKindSchema.options.filter((kind) => promptViewOf({ ...prompt, kind }).canCancel);
  expect(cancelable).toEqual(['password', 'passphrase', 'code', 'touch', 'confirm']);
});

it('makes invisible characters from a server visible', () => {
  expect(read({ kind: 'code', words: 'code\u202e\u001b[2J' })).toContain('\\u202e\\u001b[2J');
});
