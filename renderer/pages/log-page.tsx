import { useEffect, useLayoutEffect, useMemo, useRef, useState, type ReactElement } from 'react';
import type { PopoverBridge } from '../../shared/ipc-contract.ts';
import { useCommands } from '../commands.ts';
import { FeedbackButton } from '../feedback-button.tsx';
import { appended, linesWith, logLineOf } from '../log-lines.ts';
import { Switch } from '../switch.tsx';

interface LogPageProps {
  readonly bridge: PopoverBridge;
  /** null: LocalPort's own log. */
  readonly name: string | null;
}

/** The last lines of a log, followed by new ones. */
export function LogPage({ bridge, name }: LogPageProps): ReactElement {
  const { copy, openLog } = useCommands();
  const lines = useLog(bridge, name);
  const [search, setSearch] = useState('');
  const [follows, setFollows] = useState(true);
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const found = useMemo(() => (lines === null ? [] : linesWith(lines, search)), [lines, search]);
  useFindKey(bridge.platform, () => field.current?.focus());
  useLayoutEffect(() => {
    if (follows) list.current?.scrollTo(0, list.current.scrollHeight);
  }, [found, follows]);
  return (
    <div className="page-body log">
      <div className="log-bar">
        <input
          ref={field}
          className="text-input"
          aria-label="Find in log"
          placeholder="Find"
          spellCheck={false}
          autoComplete="off"
          maxLength={200}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
        <label className="log-follow">
          <span>Follow</span>
          <Switch label="Follow" on={follows} onChange={setFollows} />
        </label>
      </div>
      <div
        ref={list}
        className="log-lines"
        role="log"
        aria-label="Log"
        aria-live="off"
        tabIndex={0}
        // Do not scroll while the user is reading earlier lines.
        onWheel={(event) => event.deltaY < 0 && setFollows(false)}
        onKeyDown={({ key }) => ['ArrowUp', 'PageUp', 'Home'].includes(key) && setFollows(false)}
      >
        {lines !== null && found.length === 0 && (
          <p className="quiet">
            {search === '' ? 'Nothing has been logged yet.' : `Nothing matches “${search}”`}
          </p>
        )}
        {found.map((line, index) => {
          const { time, level, text } = logLineOf(line);
          return (
            <p key={`${index} ${line}`} className="log-line" data-level={level}>
              <span className="log-time">{time}</span>
              <span className="log-text">
                {level === 'warn' || level === 'error' ? <b>{level} </b> : null}
                {text}
              </span>
            </p>
          );
        })}
      </div>
      <div className="form-acts">
        <FeedbackButton label="Copy" disabled={found.length === 0} act={() => copy(found.join('\n'))} />
        <button type="button" className="button" onClick={() => void openLog(name)}>
          Open File
        </button>
      </div>
    </div>
  );
}

/** null until loaded. */
function useLog(bridge: PopoverBridge, name: string | null): readonly string[] | null {
  const [lines, setLines] = useState<readonly string[] | null>(null);
  useEffect(() => {
    let isGone = false;
    const stop = bridge.on('log:lines', (event) => {
      if (event.name === name) setLines((before) => appended(before ?? [], event.lines));
    });
    bridge.invoke('log:follow', { name }).then(
      // Lines written after the response was sent have already arrived.
      (read) => isGone || setLines((since) => appended(read, since ?? [])),
      (reason: unknown) => console.error('log:follow failed', reason),
    );
    return () => {
      isGone = true;
      stop();
      void bridge.invoke('log:unfollow', undefined);
    };
  }, [bridge, name]);
  return lines;
}

/** Command-F on a Mac, Ctrl+F elsewhere. */
function useFindKey(platform: string, find: () => void): void {
  const latest = useRef(find);
  useEffect(() => {
    latest.current = find;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'f' || !(platform === 'darwin' ? event.metaKey : event.ctrlKey)) return;
      event.preventDefault();
      latest.current();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [platform]);
}
