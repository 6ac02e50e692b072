import { useEffect, useState, type ReactElement } from 'react';
import type { Fingerprint, HostKeyOffer } from '../../shared/host-keys.ts';
import type { PopoverBridge } from '../../shared/ipc-contract.ts';
import { useCommands } from '../commands.ts';
import { wordsOf } from '../failure-words.ts';
import { FeedbackButton } from '../feedback-button.tsx';
import { StateShape } from '../state-shape.tsx';

interface HostKeyPageProps {
  readonly bridge: PopoverBridge;
  readonly name: string;
  readonly command: string;
}

type Progress =
  | { readonly kind: 'asking' }
  | { readonly kind: 'shown'; readonly offer: HostKeyOffer }
  | { readonly kind: 'trusting'; readonly offer: HostKeyOffer }
  | { readonly kind: 'trusted'; readonly offer: HostKeyOffer }
  | { readonly kind: 'failed'; readonly why: string };

/** Shows the server's keys and the ones they replace before anything is trusted. */
export function HostKeyPage({ bridge, name, command }: HostKeyPageProps): ReactElement {
  const { copy } = useCommands();
  const [progress, setProgress] = useState<Progress>({ kind: 'asking' });
  useEffect(() => {
    let isGone = false;
    const show = (next: Progress): void => {
      if (!isGone) setProgress(next);
    };
    bridge.invoke('host-key:look', { name }).then(
      (offer) => show({ kind: 'shown', offer }),
      (reason: unknown) => show({ kind: 'failed', why: wordsOf(reason) }),
    );
    return () => {
      isGone = true;
    };
  }, [bridge, name]);
  const trust = (offer: HostKeyOffer): void => {
    setProgress({ kind: 'trusting', offer });
    bridge.invoke('host-key:trust', { name, digest: offer.digest }).then(
      () => setProgress({ kind: 'trusted', offer }),
      (reason: unknown) => setProgress({ kind: 'failed', why: wordsOf(reason) }),
    );
  };
  const offer = 'offer' in progress ? progress.offer : null;
  return (
    <div className="page-body sign-in">
      {offer !== null && <Fingerprints offer={offer} />}
      <div className="test-result" role="status" data-kind={progress.kind === 'shown' ? 'none' : 'shown'}>
        <StateShape tone={toneOf(progress)} />
        <p>{textOf(progress)}</p>
      </div>
      <div className="form-acts">
        <FeedbackButton label="Copy Command" act={() => copy(command)} />
        <span className="spacer" />
        <button
          type="button"
          className="button primary"
          disabled={progress.kind !== 'shown'}
          onClick={() => {
            if (progress.kind === 'shown') trust(progress.offer);
          }}
        >
          {offer !== null && offer.former.length > 0 ? 'Replace Key' : 'Trust Key'}
        </button>
      </div>
    </div>
  );
}

function Fingerprints({ offer }: { readonly offer: HostKeyOffer }): ReactElement {
  const { host, file, former, offered } = offer;
  const isChanged = former.length > 0;
  return (
    <>
      <p>
        {isChanged
          ? `The host key of ${host} is not the one that you trusted. If the host was not reinstalled, somebody may be listening in.`
          : `Compare this fingerprint with the one that the owner of ${host} gave you.`}
      </p>
      {isChanged && <KeyList title="Trusted until now" keys={former} />}
      <KeyList title={isChanged ? 'Shown now' : 'Host key'} keys={offered} />
      <p className="quiet">
        {isChanged ? 'The new key replaces the old one in' : 'The key is added to'} {file}.
      </p>
    </>
  );
}

function KeyList({
  title,
  keys,
}: {
  readonly title: string;
  readonly keys: readonly Fingerprint[];
}): ReactElement {
  return (
    <section aria-label={title}>
      <h2 className="section-title">{title}</h2>
      {keys.map(({ type, fingerprint }) => (
        <p key={fingerprint} className="cause-evidence">
          {type} {fingerprint}
        </p>
      ))}
    </section>
  );
}

function toneOf({ kind }: Progress): 'checking' | 'up' | 'trouble' {
  if (kind === 'trusted') return 'up';
  return kind === 'failed' ? 'trouble' : 'checking';
}

function textOf(progress: Progress): string {
  switch (progress.kind) {
    case 'asking':
      return 'Asking the server for its host key …';
    case 'shown':
      return '';
    case 'trusting':
      return 'Saving the key …';
    case 'trusted':
      return 'Trusted. LocalPort is reconnecting.';
    case 'failed':
      return progress.why;
  }
}
