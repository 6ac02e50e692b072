import { useEffect, useState, type ReactElement } from 'react';
import type { ImportItem, ImportList, ImportSource } from '../../shared/import-contract.ts';
import type { PopoverBridge } from '../../shared/ipc-contract.ts';
import type { ServiceDraft } from '../../shared/service-edit.ts';
import { wordsOf } from '../failure-words.ts';

interface ImportPageProps {
  readonly bridge: PopoverBridge;
  readonly source: ImportSource;
  readonly onAdded: (added: Added) => void;
  /** Nothing was found, so the user adds a forward with the form. */
  readonly onByHand: () => void;
}

interface Added {
  readonly count: number;
  /** The token that undoes the addition. */
  readonly undo: string;
  /** Present: others were refused, so the page stays, and calls this after an undo. */
  readonly onUndone?: () => void;
}

interface Choice {
  readonly item: ImportItem;
  readonly isChosen: boolean;
  readonly localPort: string;
  readonly isAdded: boolean;
  /** Why it was not added. */
  readonly failure: string | null;
}

/** The possible forwards, with checkboxes. Conflicting ones are not selected and say why. */
export function ImportPage({ bridge, source, onAdded, onByHand }: ImportPageProps): ReactElement {
  const [list, setList] = useState<ImportList | null>(null);
  const [choices, setChoices] = useState<readonly Choice[]>([]);
  const [failure, setFailure] = useState<string | null>(null);
  const [isAdding, setIsAdding] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  useEffect(() => {
    let isGone = false;
    bridge.invoke('import:list', { source }).then(
      (found) => {
        if (isGone) return;
        setList(found);
        setChoices(found.items.map(choiceOf));
      },
      (reason: unknown) => isGone || setFailure(wordsOf(reason)),
    );
    return () => {
      isGone = true;
    };
  }, [bridge, source]);

  const change = (index: number, changed: Partial<Choice>): void =>
    setChoices((all) => all.map((choice, at) => (at === index ? { ...choice, ...changed } : choice)));
  const chosen = choices.filter(({ isChosen }) => isChosen);
  const add = async (): Promise<void> => {
    setIsAdding(true);
    setRefusal(null);
    try {
      const { names, undo, refusals } = await bridge.invoke('services:add', { drafts: chosen.map(draftOf) });
      const count = names.length;
      if (refusals.length === 0) {
        onAdded({ count, undo });
        return;
      }
      const why = new Map(refusals.map(({ name, message }) => [name, message]));
      const added = new Set(names);
      setChoices((all) => all.map((choice) => answered(choice, added, why)));
      if (count > 0)
        onAdded({
          count,
          undo,
          onUndone: () =>
            setChoices((all) =>
              all.map((choice) =>
                added.has(choice.item.name) ? { ...choice, isChosen: true, isAdded: false } : choice,
              ),
            ),
        });
    } catch (error) {
      setRefusal(wordsOf(error));
    } finally {
      setIsAdding(false);
    }
  };

  if (failure !== null) return <p className="empty">{failure}</p>;
  if (list === null)
    return (
      <p className="empty">{source === 'kube' ? 'Asking your clusters …' : 'Reading your ssh_config …'}</p>
    );
  const remarks = list.remarks.map((remark) => (
    <p key={remark} className="quiet remark">
      {remark}
    </p>
  ));
  if (choices.length === 0)
    return (
      <div className="empty">
        <p>{nothingFound[source]}</p>
        {remarks}
        <button type="button" className="button primary" onClick={onByHand}>
          Add by Hand…
        </button>
      </div>
    );
  return (
    <form
      className="page-body import"
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <ul className="import-list" aria-label="What can be added">
        {choices.map((choice, index) => (
          <ImportRow key={choice.item.name} choice={choice} onChange={(changed) => change(index, changed)} />
        ))}
      </ul>
      {remarks}
      <div className="page-foot">
        {refusal !== null && (
          <p className="form-message" data-kind="error" role="alert">
            {refusal}
          </p>
        )}
        <div className="form-acts">
          <span className="quiet">{`${chosen.length} of ${choices.length} selected`}</span>
          <span className="spacer" />
          <button type="submit" className="button primary" disabled={chosen.length === 0 || isAdding}>
            {chosen.length === 1 ? 'Add 1 Forward' : `Add ${chosen.length} Forwards`}
          </button>
        </div>
      </div>
    </form>
  );
}

const nothingFound: Readonly<Record<ImportSource, string>> = {
  kube: 'No services with ports were found in the clusters of your kubeconfig.',
  ssh: 'No forwards were found in your ssh_config.',
};

const choiceOf = (item: ImportItem): Choice => ({
  item,
  isChosen: item.clash === null,
  localPort: String(item.localPort),
  isAdded: false,
  failure: item.clash,
});

const draftOf = ({ item, localPort }: Choice): ServiceDraft => ({
  ...item.draft,
  local_port: /^\d+$/.test(localPort.trim()) ? Number(localPort) : localPort,
});

/** `why`: the reasons of those that were refused. */
function answered(choice: Choice, added: ReadonlySet<string>, why: ReadonlyMap<string, string>): Choice {
  const { name } = choice.item;
  if (added.has(name)) return { ...choice, isChosen: false, isAdded: true, failure: null };
  return { ...choice, failure: why.get(name) ?? choice.failure };
}

interface ImportRowProps {
  readonly choice: Choice;
  readonly onChange: (changed: Partial<Choice>) => void;
}

function ImportRow({ choice, onChange }: ImportRowProps): ReactElement {
  const { item, isChosen, localPort, isAdded, failure } = choice;
  return (
    <li className="import-row">
      <label className="import-choice">
        <input
          type="checkbox"
          checked={isChosen}
          disabled={isAdded}
          onChange={(event) => onChange({ isChosen: event.target.checked })}
        />
        <span className="import-text">
          <span className="import-name">{item.name}</span>
          <span className="quiet" title={item.remote}>
            {item.remote}
          </span>
        </span>
      </label>
      <input
        className="text-input number-input"
        aria-label={`Local port of ${item.name}`}
        inputMode="numeric"
        spellCheck={false}
        maxLength={5}
        disabled={isAdded}
        value={localPort}
        onChange={(event) => onChange({ localPort: event.target.value, failure: null })}
      />
      {isAdded && <p className="import-note quiet">Added</p>}
      {failure !== null && (
        <p className="import-note" data-kind="refused">
          {failure}
        </p>
      )}
    </li>
  );
}
