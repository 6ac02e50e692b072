import { expect, it } from 'vitest';
import { type PromptInfo, type GivenAnswer, GivenAnswers } from './given-answers.ts';

const key: PromptInfo = { pid: 1, isTarget: true, key: 'key', name: 'passphrase of /k', kind: 'passphrase' };
const account: PromptInfo = { pid: 1, isTarget: true, key: 'pw', name: 'password of me@h', kind: 'password' };
const menu: PromptInfo = { ...account, key: 'menu', name: 'password of me@h' };
const code: PromptInfo = { pid: 1, isTarget: true, key: 'code', name: null, kind: 'code' };
const ofJumpHost = (info: PromptInfo): PromptInfo => ({ ...info, pid: 2, isTarget: false });

const failed = 'debug1: Authentications that can continue: publickey,password';

/** Plays events: a prompt is answered with the next number, a text is a line of ssh. */
function play(...events: readonly (PromptInfo | string)[]) {
  const answers = new GivenAnswers();
  const refused: string[] = [];
  let count = 0;
  const text = ({ answer }: GivenAnswer): string => answer.text;
  for (const event of events)
    if (typeof event === 'string') answers.note(event);
    else {
      refused.push(...answers.noteAsked(event).map(text));
      answers.add({ ...event, from: 'user', answer: { text: String(++count), remember: true } });
    }
  return { refused, worked: answers.worked().map(text), untried: answers.untried().map(text) };
}

it.each([
  ['one answer', [account], ['1']],
  ['a wrong one before it', [account, failed, account], ['2']],
  ['a password and a code', [account, code], ['1', '2']],
  ['another method for the same account', [menu, failed, account], ['2']],
  ['a jump host and the target', [ofJumpHost(menu), account], ['1', '2']],
  [
    'a key, and its server requires more',
    [key, 'Authenticated using "publickey" with partial success.', failed, account],
    ['1', '2'],
  ],
  ['a locked key that ssh gave up', [key, key, key, 'debug1: Offering public key: /other ED25519'], []],
  [
    'a locked key that ssh gave up for a password',
    [key, 'debug1: Next authentication method: password', account],
    ['2'],
  ],
  [
    'a key after two wrong passphrases',
    [key, key, key, 'Authenticated to h ([1.2.3.4]:22) using "publickey".'],
    ['3'],
  ],
  ["the third passphrase to a jump host's ssh, which reports nothing", [key, key, key].map(ofJumpHost), []],
  ["the second passphrase to a jump host's ssh", [key, key].map(ofJumpHost), ['2']],
  ['two things with the same text', [account, account], []],
  ['two jump hosts with one name', [ofJumpHost(account), { ...ofJumpHost(account), pid: 3 }], []],
] as const)('knows which answers have worked: %s', (_, events, worked) => {
  expect(play(...events).worked).toEqual(worked);
});

it('reports an answer as refused as soon as ssh asks for it again', () => {
  expect(play(account, failed, account, failed, account).refused).toEqual(['1', '2']);
  expect(play(ofJumpHost(key), key).refused).toEqual([]);
});

it('reuses for a second ssh the answer that unlocked the key for the first one, unless it was refused', () => {
  const answers = new GivenAnswers();
  const atGate = ofJumpHost(key);
  const given: GivenAnswer = { ...atGate, from: 'user', answer: { text: 'tortoise', remember: false } };
  answers.add(given);
  expect(answers.fromAnotherSsh(key)).toBe(given);
  expect(answers.fromAnotherSsh(atGate)).toBeNull();
  answers.noteAsked(atGate);
  expect(answers.fromAnotherSsh(key)).toBeNull();
});

it('keeps answers that a login did not get to try', () => {
  expect(play(account, failed, account).untried).toEqual(['2']);
});
