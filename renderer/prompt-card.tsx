import { useId, useState, type ReactElement, type ReactNode } from 'react';
import { no, yes } from '../shared/prompt-words.ts';
import { useCommands } from './commands.ts';
import type { PromptView } from './prompt-view.ts';
import { StateShape } from './state-shape.tsx';

/** Does not take the focus away from a field that the user is typing in. */
const focusUnlessTyping = (field: HTMLInputElement | null): void => {
  if (!(document.activeElement instanceof HTMLInputElement)) field?.focus();
};

interface PromptProps {
  readonly prompt: PromptView;
}

/** A prompt from a program. */
export function PromptCard({ prompt }: PromptProps): ReactElement {
  switch (prompt.answer) {
    case 'text':
      return <TextPrompt prompt={prompt} />;
    case 'yes-or-no':
      return <ConfirmPrompt prompt={prompt} />;
    case 'none':
      return <NoticePrompt prompt={prompt} />;
  }
}

/** The field is cleared when the answer is sent. */
function TextPrompt({ prompt }: PromptProps): ReactElement {
  const { answerPrompt } = useCommands();
  const { id, words, offersKeychain, wasInKeychain } = prompt;
  const [answer, setAnswer] = useState('');
  const [remember, setRemember] = useState(wasInKeychain);
  const fieldId = useId();
  return (
    <PromptFrame
      prompt={prompt}
      onSubmit={() => {
        setAnswer('');
        void answerPrompt(id, answer, offersKeychain && remember);
      }}
      buttons={
        <>
          <CancelButton id={id} />
          <button type="submit" className="button" disabled={answer === ''}>
            Continue
          </button>
        </>
      }
    >
      <label className="prompt-words" htmlFor={fieldId}>
        {words}
      </label>
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
      {offersKeychain && (
        <label className="prompt-remember">
          <input type="checkbox" checked={remember} onChange={(event) => setRemember(event.target.checked)} />
          Remember in keychain
        </label>
      )}
    </PromptFrame>
  );
}

function ConfirmPrompt({ prompt }: PromptProps): ReactElement {
  const { answerPrompt } = useCommands();
  const { id, words } = prompt;
  const answerButton = (label: string, answer: string): ReactElement => (
    <button type="button" className="button" onClick={() => void answerPrompt(id, answer)}>
      {label}
    </button>
  );
  return (
    <PromptFrame
      prompt={prompt}
      buttons={
        <>
          {answerButton('No', no)}
          {answerButton('Yes', yes)}
        </>
      }
    >
      <p className="prompt-words">{words}</p>
    </PromptFrame>
  );
}

function NoticePrompt({ prompt }: PromptProps): ReactElement {
  return (
    <PromptFrame prompt={prompt} buttons={prompt.canCancel ? <CancelButton id={prompt.id} /> : null}>
      <p className="prompt-words">{prompt.words}</p>
    </PromptFrame>
  );
}

function CancelButton({ id }: { readonly id: string }): ReactElement {
  const { answerPrompt } = useCommands();
  return (
    <button type="button" className="button" onClick={() => void answerPrompt(id, null)}>
      Cancel
    </button>
  );
}

interface PromptFrameProps extends PromptProps {
  readonly onSubmit?: () => void;
  readonly buttons: ReactNode;
  readonly children: ReactNode;
}

function PromptFrame({ prompt, onSubmit, buttons, children }: PromptFrameProps): ReactElement {
  const { title, text } = prompt;
  return (
    <form
      className="card"
      data-kind="prompt"
      aria-label={title}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit?.();
      }}
    >
      <StateShape tone="working" />
      <div className="notice">
        <h2 className="notice-title">{title}</h2>
        <p className="notice-text">{text}</p>
        {children}
        {buttons !== null && (
          <div className="notice-foot">
            <span className="notice-more" />
            {buttons}
          </div>
        )}
      </div>
    </form>
  );
}
