import { isNotice, type Prompt } from '../../shared/prompt.ts';
import { promptTitle } from '../../shared/prompt-words.ts';
import type { Notice } from './notice-words.ts';

/** The notification about a prompt; a click on it opens the popover, where the user can answer. */
export function promptNotice(prompt: Prompt): Notice {
  const waiting = prompt.services.join(', ');
  return {
    title: promptTitle(prompt),
    body: isNotice(prompt.kind) ? `Needed by ${waiting}` : `Needed by ${waiting}: open LocalPort to answer`,
  };
}
