import { beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { PromptDesk, type Question } from './prompt-desk.ts';

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
let desk: PromptDesk;
const onChange = vi.fn();
const onSecret = vi.fn();
const never = (): AbortSignal => new AbortController().signal;
const onlyId = (): string => desk.prompts()[0]?.id ?? 'none';

beforeEach(() => {
  clock = new FakeClock();
  desk = new PromptDesk({ clock, onChange, onSecret });
});

describe('the prompt desk', () => {
  it('asks nothing while no user can answer', async () => {
    expect(await desk.ask(code, never())).toBeNull();
    expect(desk.prompts()).toEqual([]);
  });

  it('shows a question until it is answered, and hides the answer from everybody else', async () => {
    desk.attend();
    const answer = desk.ask(code, never());
    expect(desk.prompts()).toMatchObject([{ services: ['web'], asker: 'bastion', kind: 'code' }]);
    await clock.advance(5_000);
    expect(desk.answer(onlyId(), '123456')).toBe(true);
    expect(await answer).toEqual({ text: '123456', remember: false, tookMs: 5_000 });
    expect(desk.prompts()).toEqual([]);
    expect(onSecret).toHaveBeenCalledWith('123456');
  });

  it('asks once for a passphrase that several services need', async () => {
    desk.attend();
    const answers = Promise.all([desk.ask(passphrase('web'), never()), desk.ask(passphrase('db'), never())]);
    expect(desk.prompts().map(({ services }) => services)).toEqual([['web', 'db']]);
    desk.answer(onlyId(), 'tortoise');
    expect((await answers).map((answer) => answer?.text)).toEqual(['tortoise', 'tortoise']);
  });

  it('does not confuse questions of different logins in the same words', async () => {
    const leave = desk.attend();
    const answers = ['port 2201', 'port 2202'].map((sameAs) =>
      desk.ask(
        { ...passphrase('web'), kind: 'password', words: "me@localhost's password:", sameAs },
        never(),
      ),
    );
    expect(desk.prompts()).toHaveLength(2);
    leave();
    expect(await Promise.all(answers)).toEqual([null, null]);
  });

  it('does not redact short choices, which would redact half of the log', () => {
    const leave = desk.attend();
    onSecret.mockClear();
    void desk.ask(code, never());
    desk.answer(onlyId(), '1');
    expect(onSecret).not.toHaveBeenCalled();
    leave();
  });

  it('accepts `remember` only for questions that offer it', async () => {
    desk.attend();
    const offered = desk.ask({ ...passphrase('web'), remember: 'offered' }, never());
    expect(desk.prompts()).toMatchObject([{ remember: 'offered' }]);
    desk.answer(onlyId(), 'tortoise', { remember: true });
    expect(await offered).toMatchObject({ text: 'tortoise', remember: true });
    for (const question of [code, { ...passphrase('web'), remember: 'unavailable' as const }]) {
      const answer = desk.ask(question, never());
      desk.answer(onlyId(), '123456', { remember: true });
      expect(await answer).toMatchObject({ remember: false });
    }
  });

  it('asks for each one-time code by itself', async () => {
    const leave = desk.attend();
    const answers = [desk.ask(code, never()), desk.ask(code, never())];
    expect(desk.prompts()).toHaveLength(2);
    leave();
    expect(await Promise.all(answers)).toEqual([null, null]);
  });

  it('withdraws a question when its program ends, unless another program waits for the same answer', async () => {
    desk.attend();
    const ended = new AbortController();
    const first = desk.ask(passphrase('web'), ended.signal);
    const second = desk.ask(passphrase('db'), never());
    ended.abort();
    expect(await first).toBeNull();
    expect(desk.prompts().map(({ services }) => services)).toEqual([['db']]);
    desk.dismiss(onlyId());
    expect(await second).toBeNull();
  });

  it('gives up after five minutes', async () => {
    desk.attend();
    const answer = desk.ask(code, never());
    await clock.advance(299_999);
    expect(desk.prompts()).toHaveLength(1);
    await clock.advance(1);
    expect(await answer).toBeNull();
  });

  it('withdraws all questions when the last user interface that can answer goes away', async () => {
    const [first, last] = [desk.attend(), desk.attend()];
    const answer = desk.ask(code, never());
    first();
    expect(desk.prompts()).toHaveLength(1);
    last();
    expect(await answer).toBeNull();
    expect(desk.isAttended).toBe(false);
  });

  it('accepts no answer to a question that only needs a touch, and no late answer', async () => {
    desk.attend();
    const ended = new AbortController();
    const touched = desk.ask({ ...code, kind: 'touch' }, ended.signal);
    expect(desk.answer(onlyId(), 'yes')).toBe(false);
    ended.abort();
    expect(await touched).toBeNull();
    expect(desk.answer('gone', 'late')).toBe(false);
    expect(desk.dismiss('gone')).toBe(false);
  });
});
