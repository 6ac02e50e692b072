import { useEffect, useState, type ReactElement } from 'react';
import type { ImportItem, ImportList, ImportSource } from '../../shared/import-contract.ts';
import type { PopoverBridge } from '../../shared/ipc-contract.ts';
import { wordsOf } from '../failure-words.ts';

interface ImportPageProps {
  readonly bridge: PopoverBridge;
  readonly source: ImportSource;
  /** `undo`: the token that undoes the last addition. */
  readonly onAdded: (added: { readonly count: number; readonly undo: readonly string[] }) => void;
}

interface Choice {
  readonly item: ImportItem;
  readonly isChosen: boolean;
  readonly localPort: string;
  /** Why it was not added. */
  readonly failure: string | null;
}

/** The possible forwards, with checkboxes. Conflicting ones are not selected and say why. */
export function ImportPage({ bridge, source, onAdded }: ImportPageProps): ReactElement {
  const [list, setList] = useState<ImportList | null>(null);
  const [choices, setChoices] = useState<readonly Choice[]>([]);
  const [failure, setFailure] = useState<string | null>(null);
  const [isAdding, setIsAdding] = useState(false);
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
    const undo: string[] = [];
    for (const [index, choice] of choices.entries()) {
      if (!choice.isChosen) continue;
      const result = await addOne(bridge, choice);
      if (result.ok) undo.push(result.undo);
      else change(index, { failure: result.message });
      if (result.ok) change(index, { isChosen: false, failure: 'Added' });
    }
    setIsAdding(false);
    if (undo.length === chosen.length) onAdded({ count: undo.length, undo });
  };

  if (failure !== null) return <p className="empty">{failure}</p>;
  if (list === null)
    return (
      <p className="empty">{source === 'kube' ? 'Asking your clusters …' : 'Reading your ssh_config …'}</p>
    );
  return (
    <form
      className="page-body import"
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      {choices.length === 0 ? (
        <p className="empty">Nothing was found that could be forwarded.</p>
      ) : (
        <ul className="import-list" aria-label="What can be added">
          {choices.map((choice, index) => (
            <ImportRow
              key={choice.item.name}
              choice={choice}
              onChange={(changed) => change(index, changed)}
            />
          ))}
        </ul>
      )}
      {list.remarks.map((remark) => (
        <p key={remark} className="quiet remark">
          {remark}
        </p>
      ))}
      <div className="form-acts">
        <span className="quiet">{`${chosen.length} of ${choices.length} selected`}</span>
        <span className="spacer" />
        <button type="submit" className="button primary" disabled={chosen.length === 0 || isAdding}>
          {chosen.length === 1 ? 'Add 1 Forward' : `Add ${chosen.length} Forwards`}
        </button>
      </div>
    </form>
  );
}

const choiceOf = (item: ImportItem): Choice => ({
  item,
  isChosen: item.clash === null,
  localPort: String(item.localPort),
  failure: item.clash,
});

type Added = { readonly ok: true; readonly undo: string } | { readonly ok: false; readonly message: string };

async function addOne(bridge: PopoverBridge, { item, localPort }: Choice): Promise<Added> {
  const port = /^\d+$/.test(localPort.trim()) ? Number(localPort) : localPort;
  try {
    const draft = { ...item.draft, local_port: port };
    const result = await bridge.invoke('service:save', { draft, basedOn: null });
    return result.done
      ? { ok: true, undo: result.undo }
      : { ok: false, message: result.findings[0]?.message ?? result.message };
  } catch (error) {
    return { ok: false, message: wordsOf(error) };
  }
}

interface ImportRowProps {
  readonly choice: Choice;
  readonly onChange: (changed: Partial<Choice>) => void;
}

function ImportRow({ choice, onChange }: ImportRowProps): ReactElement {
  const { item, isChosen, localPort, failure } = choice;
  return (
    <li className="import-row">
      <label className="import-choice">
        <input
          type="checkbox"
          checked={isChosen}
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
        value={localPort}
        onChange={(event) => onChange({ localPort: event.target.value, failure: null })}
      />
      {failure !== null && <p className="import-clash">{failure}</p>}
    </li>
  );
}
