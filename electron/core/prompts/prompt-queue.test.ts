import { beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { PromptQueue, type Question } from './prompt-queue.ts';

const passphrase = (service: string): Question => ({
  services: () => [service],
  asker: 'id_ed25519',
  words: "Enter passphrase for key '/home/u/id_ed25519':",
  kind: 'passphrase',
  sameAs: 'key',
  isRepeated: false,
});
const code: Question = {
  ...passphrase('web'),
  asker: 'bastion',
  words: 'Verification code:',
  kind: 'code',
  sameAs: null,
};

let clock: FakeClock;
let promptQueue: PromptQueue;
const onChange = vi.fn();
const onSecret = vi.fn();
const never = (): AbortSignal => new AbortController().signal;
const onlyId = (): string => promptQueue.prompts()[0]?.id ?? 'none';

beforeEach(() => {
  clock = new FakeClock();
  promptQueue = new PromptQueue({ clock, onChange, onSecret });
});

describe('the prompt queue', () => {
  it('asks nothing while no user can answer', async () => {
    expect(await promptQueue.ask(code, never())).toBeNull();
    expect(promptQueue.prompts()).toEqual([]);
  });

  it('shows a question until it is answered, and hides the answer from everybody else', async () => {
    promptQueue.attend();
    const answer = promptQueue.ask(code, never());
    expect(promptQueue.prompts()).toMatchObject([{ services: ['web'], asker: 'bastion', kind: 'code' }]);
    await clock.advance(5_000);
    expect(promptQueue.answer(onlyId(), '123456')).toBe(true);
    expect(await answer).toEqual({ text: '123456', remember: false, tookMs: 5_000 });
    expect(promptQueue.prompts()).toEqual([]);
    expect(onSecret).toHaveBeenCalledWith('123456');
  });

  it('asks once for a passphrase that several services need', async () => {
    promptQueue.attend();
    const answers = Promise.all([
      promptQueue.ask(passphrase('web'), never()),
      promptQueue.ask(passphrase('db'), never()),
    ]);
    expect(promptQueue.prompts().map(({ services }) => services)).toEqual([['web', 'db']]);
    promptQueue.answer(onlyId(), 'tortoise');
    expect((await answers).map((answer) => answer?.text)).toEqual(['tortoise', 'tortoise']);
  });

  it('does not confuse questions of different logins in the same words', async () => {
    const leave = promptQueue.attend();
    const answers = ['port 2201', 'port 2202'].map((sameAs) =>
      promptQueue.ask(
        { ...passphrase('web'), kind: 'password', words: "me@localhost's password:", sameAs },
        never(),
      ),
    );
    expect(promptQueue.prompts()).toHaveLength(2);
    leave();
    expect(await Promise.all(answers)).toEqual([null, null]);
  });

  it('does not redact short choices, which would redact half of the log', () => {
    const leave = promptQueue.attend();
    onSecret.mockClear();
    void promptQueue.ask(code, never());
    promptQueue.answer(onlyId(), '1');
    expect(onSecret).not.toHaveBeenCalled();
    leave();
  });

  it('accepts `remember` only for questions that offer it', async () => {
    promptQueue.attend();
    const offered = promptQueue.ask({ ...passphrase('web'), remember: 'offered' }, never());
    expect(promptQueue.prompts()).toMatchObject([{ remember: 'offered' }]);
    promptQueue.answer(onlyId(), 'tortoise', { remember: true });
    expect(await offered).toMatchObject({ text: 'tortoise', remember: true });
    for (const question of [code, { ...passphrase('web'), remember: 'unavailable' as const }]) {
      const answer = promptQueue.ask(question, never());
      promptQueue.answer(onlyId(), '123456', { remember: true });
      expect(await answer).toMatchObject({ remember: false });
    }
  });

  it('asks for each one-time code by itself', async () => {
    const leave = promptQueue.attend();
    const answers = [promptQueue.ask(code, never()), promptQueue.ask(code, never())];
    expect(promptQueue.prompts()).toHaveLength(2);
    leave();
    expect(await Promise.all(answers)).toEqual([null, null]);
  });

  it('withdraws a question when its program ends, unless another program waits for the same answer', async () => {
    promptQueue.attend();
    const ended = new AbortController();
    const first = promptQueue.ask(passphrase('web'), ended.signal);
    const second = promptQueue.ask(passphrase('db'), never());
    ended.abort();
    expect(await first).toBeNull();
    expect(promptQueue.prompts().map(({ services }) => services)).toEqual([['db']]);
    promptQueue.dismiss(onlyId());
    expect(await second).toBeNull();
  });

  it('gives up after five minutes', async () => {
    promptQueue.attend();
    const answer = promptQueue.ask(code, never());
    await clock.advance(299_999);
    expect(promptQueue.prompts()).toHaveLength(1);
    await clock.advance(1);
    expect(await answer).toBeNull();
  });

  it('withdraws all questions when the last user interface that can answer goes away', async () => {
    const [first, last] = [promptQueue.attend(), promptQueue.attend()];
    const answer = promptQueue.ask(code, never());
    first();
    expect(promptQueue.prompts()).toHaveLength(1);
    last();
    expect(await answer).toBeNull();
    expect(promptQueue.isAttended).toBe(false);
  });

  it('shows a sign-in also while nobody can answer, until it is over', async () => {
    const ended = new AbortController();
    const signIn = promptQueue.ask({ ...code, kind: 'sign-in' }, ended.signal);
    promptQueue.attend()();
    expect(promptQueue.prompts()).toMatchObject([{ kind: 'sign-in' }]);
    expect(promptQueue.answer(onlyId(), 'done')).toBe(false);
    ended.abort();
    expect(await signIn).toBeNull();
    expect(promptQueue.prompts()).toEqual([]);
  });

  it('accepts no answer to a question that only needs a touch, and no late answer', async () => {
    promptQueue.attend();
    const ended = new AbortController();
    const touched = promptQueue.ask({ ...code, kind: 'touch' }, ended.signal);
    expect(promptQueue.answer(onlyId(), 'yes')).toBe(false);
    ended.abort();
    expect(await touched).toBeNull();
    expect(promptQueue.answer('gone', 'late')).toBe(false);
    expect(promptQueue.dismiss('gone')).toBe(false);
  });
});
