/** What the popover says about a question that waits for the user. */
import { promptTitle, type Prompt } from '../shared/prompt.ts';
import { visibleLine } from '../shared/visible-text.ts';

export interface PromptView {
  readonly id: string;
  /** `bastion asks for a password` */
  readonly title: string;
  /** Which services wait, and whether the last answer was wrong. */
  readonly text: string;
  /** The program's own words: the label of the field. */
  readonly words: string;
  readonly takesAnswer: boolean;
}

export function promptViewOf(prompt: Prompt): PromptView {
  const { id, services, kind, words, isRepeated } = prompt;
  const wrong = isRepeated ? 'The last answer was not accepted. ' : '';
  return {
    id,
    title: visibleLine(promptTitle(prompt)),
    text: `${wrong}Needed by ${services.map(visibleLine).join(', ')}`,
    words: visibleLine(words),
    takesAnswer: kind !== 'touch',
  };
}
