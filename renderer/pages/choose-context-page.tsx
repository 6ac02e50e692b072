import { useEffect, useState, type ReactElement } from 'react';
import type { PopoverBridge } from '../../shared/ipc-contract.ts';
import { withContext } from '../form/draft-form.ts';
import { wordsOf } from '../failure-words.ts';
import { ChevronIcon } from '../icons.tsx';

interface ChooseContextPageProps {
  readonly bridge: PopoverBridge;
  /** The services that get the chosen context. */
  readonly names: readonly string[];
  readonly onSaved: (text: string, tokens: readonly string[]) => void;
}

/** The contexts in the kubeconfig. The chosen one is written to the config; this can be undone. */
export function ChooseContextPage({ bridge, names, onSaved }: ChooseContextPageProps): ReactElement {
  const [contexts, setContexts] = useState<readonly string[] | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [isSaving, setIsSaving] = useState(false);
  const [first = ''] = names;
  useEffect(() => {
    let isGone = false;
    bridge.invoke('service:contexts', { name: first }).then(
      (found) => isGone || setContexts(found),
      (reason: unknown) => isGone || setFailure(wordsOf(reason)),
    );
    return () => {
      isGone = true;
    };
  }, [bridge, first]);
  const choose = (context: string): void => {
    setIsSaving(true);
    setFailure(null);
    writeContext(bridge, names, context)
      .then(
        ({ tokens, refusal }) => {
          if (refusal === null) onSaved(`${names.join(', ')}: context ${context}`, tokens);
          else setFailure(refusal);
        },
        (reason: unknown) => setFailure(wordsOf(reason)),
      )
      .finally(() => setIsSaving(false));
  };
  return (
    <div className="page-body">
      <p>{names.join(', ')} will use the context that you choose. It is written into the config.</p>
      {contexts?.length === 0 && <p className="quiet">The kubeconfig has no contexts.</p>}
      <div className="doors" role="group" aria-label="Contexts">
        {(contexts ?? []).map((context) => (
          <button
            key={context}
            type="button"
            className="door"
            disabled={isSaving}
            onClick={() => choose(context)}
          >
            <span className="door-title">{context}</span>
            <ChevronIcon />
          </button>
        ))}
      </div>
      {failure !== null && (
        <p className="form-message" data-kind="error" role="alert">
          {failure}
        </p>
      )}
    </div>
  );
}

interface Written {
  /** The undo tokens of the edits, newest last. */
  readonly tokens: readonly string[];
  /** Why the next edit failed; null: all succeeded. */
  readonly refusal: string | null;
}

/** One after the other: each edit builds on the file left by the previous one. */
async function writeContext(
  bridge: PopoverBridge,
  names: readonly string[],
  context: string,
): Promise<Written> {
  const tokens: string[] = [];
  for (const name of names) {
    const { draft: basedOn } = await bridge.invoke('service:read', { name });
    const result = await bridge.invoke('service:save', { draft: withContext(basedOn, context), basedOn });
    if (!result.done) return { tokens, refusal: `${name}: ${result.message}` };
    tokens.push(result.undo);
  }
  return { tokens, refusal: null };
}
