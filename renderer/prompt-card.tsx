import { useId, useState, type ReactElement } from 'react';
import { useCommands } from './commands.ts';
import type { PromptView } from './prompt-view.ts';
import { StateShape } from './state-shape.tsx';

/** The focus stays in a field that the user is typing in. */
const focusUnlessTyping = (field: HTMLInputElement | null): void => {
  if (!(document.activeElement instanceof HTMLInputElement)) field?.focus();
};

/** A question of a program, with a field for the answer. What is typed leaves the field with the answer. */
export function PromptCard({ prompt }: { readonly prompt: PromptView }): ReactElement {
  const { answerPrompt } = useCommands();
  const [answer, setAnswer] = useState('');
  const fieldId = useId();
  const { id, title, text, words, takesAnswer } = prompt;
  return (
    <form
      className="card"
      data-kind="prompt"
      aria-label={title}
      onSubmit={(event) => {
        event.preventDefault();
        setAnswer('');
        void answerPrompt(id, answer);
      }}
    >
      <StateShape tone="working" />
      <div className="notice">
        <h2 className="notice-title">{title}</h2>
        <p className="notice-text">{text}</p>
        <label className="prompt-words" htmlFor={fieldId}>
          {words}
        </label>
        {takesAnswer && (
          <input
            id={fieldId}
            className="prompt-field"
            type="password"
            autoComplete="off"
            spellCheck={false}
            maxLength={1_000}
            ref={focusUnlessTyping}
            value={answer}
            onChange={(event) => setAnswer(event.target.value)}
          />
        )}
        <div className="notice-foot">
          <span className="notice-more" />
          <button type="button" className="button" onClick={() => void answerPrompt(id, null)}>
            Cancel
          </button>
          {takesAnswer && (
            <button type="submit" className="button" disabled={answer === ''}>
              Continue
            </button>
          )}
        </div>
      </div>
    </form>
  );
}
