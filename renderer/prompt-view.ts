/** A prompt as the popover shows it. */
import type { Prompt, PromptKind } from '../shared/prompt.ts';
import { promptTitle, repetitionOf } from '../shared/prompt-words.ts';
import { assertNever } from '../shared/result.ts';
import { visibleLine } from '../shared/visible-text.ts';

export interface PromptView {
  readonly id: string;
  /** `bastion asks for a password` */
  readonly title: string;
  /** Which services are waiting, and whether the last answer was wrong. */
  readonly text: string;
  /** The program's own wording, used as the label of the field. */
  readonly words: string;
  /** `text`: in a field that hides it. `none`: nothing to enter here. */
  readonly answer: 'text' | 'yes-or-no' | 'none';
  /** Whether the login can be ended from here. */
  readonly canCancel: boolean;
  readonly offersKeychain: boolean;
  /** The initial state of the checkbox: the answer was in the keychain before. */
  readonly wasInKeychain: boolean;
}

export function promptViewOf(prompt: Prompt): PromptView {
  const { id, services, kind, words, remember, wasRemembered } = prompt;
  const repetition = repetitionOf(prompt);
  return {
    id,
    title: visibleLine(promptTitle(prompt)),
    text: `${repetition === null ? '' : `${repetition}. `}Needed by ${services.map(visibleLine).join(', ')}`,
    words: visibleLine(words),
    answer: answerTo(kind),
    canCancel: kind !== 'sign-in',
    offersKeychain: remember === 'offered',
    wasInKeychain: wasRemembered === true,
  };
}

function answerTo(kind: PromptKind): PromptView['answer'] {
  switch (kind) {
    case 'password':
    case 'passphrase':
    case 'code':
      return 'text';
    case 'confirm':
      return 'yes-or-no';
    case 'touch':
    case 'sign-in':
      return 'none';
    default:
      return assertNever(kind, 'prompt kind');
  }
}
