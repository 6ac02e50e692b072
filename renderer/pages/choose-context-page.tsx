import { useEffect, useState, type ReactElement } from 'react';
import type { PopoverBridge } from '../../shared/ipc-contract.ts';
import type { ServiceDraft } from '../../shared/service-edit.ts';
import { kubeconfigOf, withContext } from '../form/draft-form.ts';
import { wordsOf } from '../failure-words.ts';
import { ChevronIcon } from '../icons.tsx';

interface ChooseContextPageProps {
  readonly bridge: PopoverBridge;
  /** The services that get the chosen context. */
  readonly names: readonly string[];
  readonly onSaved: (text: string, tokens: readonly string[]) => void;
}

interface Choice {
  readonly contexts: readonly string[];
  /** Those of `names` that use the same kubeconfig as the first, as the config file has them. */
  readonly drafts: readonly ServiceDraft[];
}

/** The contexts in the kubeconfig. The chosen one is written to the config; this can be undone. */
export function ChooseContextPage({ bridge, names, onSaved }: ChooseContextPageProps): ReactElement {
  const [choice, setChoice] = useState<Choice | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [isSaving, setIsSaving] = useState(false);
  const wanted = JSON.stringify(names);
  useEffect(() => {
    let isGone = false;
    readChoice(bridge, JSON.parse(wanted) as readonly string[]).then(
      (found) => isGone || setChoice(found),
      (reason: unknown) => isGone || setFailure(wordsOf(reason)),
    );
    return () => {
      isGone = true;
    };
  }, [bridge, wanted]);
  const choose = (context: string, drafts: Choice['drafts']): void => {
    setIsSaving(true);
    setFailure(null);
    writeContext(bridge, drafts, context)
      .then(
        (tokens) => onSaved(`${drafts.map(nameIn).join(', ')}: context ${context}`, tokens),
        (reason: unknown) => setFailure(wordsOf(reason)),
      )
      .finally(() => setIsSaving(false));
  };
  const { contexts = [], drafts = [] } = choice ?? {};
  return (
    <div className="page-body">
      {choice !== null && (
        <p>
          {drafts.map(nameIn).join(', ')} will use the context that you choose. It is written into the config.
        </p>
      )}
      {choice !== null && contexts.length === 0 && <p className="quiet">The kubeconfig has no contexts.</p>}
      <div className="choice-buttons" role="group" aria-label="Contexts">
        {contexts.map((context) => (
          <button
            key={context}
            type="button"
            className="choice-button"
            disabled={isSaving}
            onClick={() => choose(context, drafts)}
          >
            <span className="choice-title">{context}</span>
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

/** The edit history keeps this many undo records; further services are written by the next choice. */
const maxAtOnce = 50;

const nameIn = ({ name }: ServiceDraft): string => (typeof name === 'string' ? name : '');

async function readChoice(bridge: PopoverBridge, names: readonly string[]): Promise<Choice> {
  const [first = ''] = names;
  const contexts = await bridge.invoke('service:contexts', { name: first });
  const read = await Promise.all(
    names.slice(0, maxAtOnce).map((name) => bridge.invoke('service:read', { name })),
  );
  const drafts = read.map(({ draft }) => draft);
  const kubeconfig = drafts[0] === undefined ? undefined : kubeconfigOf(drafts[0]);
  return {
    contexts,
    drafts: drafts.filter((draft) => draft['technology'] === 'kubectl' && kubeconfigOf(draft) === kubeconfig),
  };
}

/**
 * One after the other: each edit builds on the file left by the previous one. Resolves to the undo tokens, newest last. If one
 * is refused, takes back those before it, and rejects with the reason.
 */
async function writeContext(
  bridge: PopoverBridge,
  drafts: readonly ServiceDraft[],
  context: string,
): Promise<readonly string[]> {
  const tokens: string[] = [];
  try {
    for (const basedOn of drafts) {
      const result = await bridge.invoke('service:save', { draft: withContext(basedOn, context), basedOn });
      if (!result.done) throw new Error(`${nameIn(basedOn)}: ${result.message}`);
      tokens.push(result.undo);
    }
  } catch (reason) {
    for (const token of tokens.reverse()) await bridge.invoke('edit:undo', { token });
    throw reason;
  }
  return tokens;
}
