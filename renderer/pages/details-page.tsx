import { useEffect, useRef, useState, type ReactElement } from 'react';
import type { PopoverBridge } from '../../shared/ipc-contract.ts';
import type { ServiceDetails } from '../../shared/service-details.ts';
import type { ServiceSnapshot } from '../../shared/service-snapshot.ts';
import { toneOf } from '../../shared/service-tone.ts';
import { ActionButton } from '../action-button.tsx';
import { AddressButton } from '../address-button.tsx';
import { CauseDetails } from '../cause-lines.tsx';
import { causeViewOf } from '../cause-view.ts';
import { availabilityText, barOf, factsOf, momentText, outagesOf, type ByteRate } from '../details-view.ts';
import { uptimeText } from '../duration-text.ts';
import type { RowActionKind } from '../row-actions.ts';
import { everything, listViewOf } from '../service-rows.ts';
import { StateShape } from '../state-shape.tsx';

interface DetailsPageProps {
  readonly bridge: PopoverBridge;
  readonly service: ServiceSnapshot;
  /** The config is the embedded one, so there is nothing to edit. */
  readonly isWelcome: boolean;
  readonly now: number;
  readonly onAction: (name: string, action: RowActionKind) => void;
}

/** Everything that is known about one service. */
export function DetailsPage(props: DetailsPageProps): ReactElement {
  const { bridge, service, isWelcome, now, onAction } = props;
  const details = useDetails(bridge, service);
  const rate = useByteRate(service, now);
  const { name, note, description } = service;
  const tone = toneOf(service);
  const cause = causeViewOf(service, now);
  const [row] = listViewOf([service], everything, now).groups.flatMap(({ rows }) => rows);
  return (
    <div className="page-body details">
      <div className="details-head">
        <StateShape tone={tone} />
        <div className="details-state">
          <p className="details-status">{cause?.title ?? statusOf(service, row?.status ?? '')}</p>
          <p className="quiet">{service.route}</p>
          {description !== null && <p className="quiet">{description}</p>}
          {typeof note === 'string' && <p className="quiet">{note}</p>}
        </div>
        {typeof row?.address === 'string' && (
          <AddressButton address={row.address} shown={row.address} tabIndex={0} />
        )}
      </div>
      {cause !== null && (
        <section className="card" data-kind={tone} aria-label={cause.title}>
          <div className="cause" data-expanded="true">
            <div className="cause-next">
              <p className="cause-next-text">{cause.line}</p>
              {cause.action !== null && <ActionButton action={cause.action} names={[name]} />}
            </div>
            <CauseDetails cause={cause} />
          </div>
        </section>
      )}
      {service.desired === 'on' && service.otherContext !== undefined && (
        <section className="card" aria-label="Another context">
          <div className="cause" data-expanded="true">
            <div className="cause-next">
              <p className="cause-next-text">
                kubectl&rsquo;s current context is {service.otherContext} now. Using it closes open
                connections.
              </p>
              <button type="button" className="button small" onClick={() => onAction(name, 'use-context')}>
                Use {service.otherContext}
              </button>
            </div>
          </div>
        </section>
      )}
      <DayBar details={details} now={now} />
      <dl className="facts">
        {factsOf(service, details, { rate, now }).map((fact) => (
          <div key={fact.name} className="fact">
            <dt>{fact.name}</dt>
            <dd>{fact.value}</dd>
          </div>
        ))}
      </dl>
      <Outages details={details} now={now} />
      <div className="form-acts">
        <button type="button" className="button" onClick={() => onAction(name, 'log')}>
          Show Log
        </button>
        {service.desired === 'on' && (
          <button type="button" className="button" onClick={() => onAction(name, 'restart')}>
            Restart
          </button>
        )}
        <span className="spacer" />
        {!isWelcome && (
          <button type="button" className="button" onClick={() => onAction(name, 'edit')}>
            Edit…
          </button>
        )}
      </div>
    </div>
  );
}

const statusOf = ({ desired }: ServiceSnapshot, status: string): string => {
  if (desired === 'off' && status === '') return 'Off';
  return `${status.slice(0, 1).toUpperCase()}${status.slice(1)}`;
};

function DayBar({
  details,
  now,
}: {
  readonly details: ServiceDetails | null;
  readonly now: number;
}): ReactElement {
  const spans = details?.spans ?? [];
  const availability = availabilityText(spans, now) ?? 'No history yet';
  return (
    <figure className="day">
      <div className="day-bar" role="img" aria-label={availability}>
        {barOf(spans, now).map((part, index) => (
          // Parts have no identity of their own, so the index serves as the key.
          <span key={index} className="day-part" data-state={part.state} style={{ flexGrow: part.share }} />
        ))}
      </div>
      <figcaption className="day-caption quiet">
        <span>24 h ago</span>
        <span>{availability}</span>
        <span>now</span>
      </figcaption>
    </figure>
  );
}

function Outages({
  details,
  now,
}: {
  readonly details: ServiceDetails | null;
  readonly now: number;
}): ReactElement | null {
  const outages = outagesOf(details, now);
  if (outages.length === 0) return null;
  return (
    <section aria-label="Outages">
      <h2 className="section-title">Outages</h2>
      <ul className="outages">
        {outages.map(({ since, durationMs, cause }) => (
          <li key={since} className="outage">
            <span className="outage-when">{momentText(since, now)}</span>
            <span className="outage-length">{uptimeText(durationMs)}</span>
            <span className="outage-cause">{cause ?? 'unknown cause'}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Fetched again after an outage ends or a tunnel is replaced; in between, nothing changes. */
function useDetails(
  bridge: PopoverBridge,
  { name, outages, pid, phase, health }: ServiceSnapshot,
): ServiceDetails | null {
  const [details, setDetails] = useState<ServiceDetails | null>(null);
  useEffect(() => {
    let isGone = false;
    bridge.invoke('service:details', { name }).then(
      (read) => isGone || setDetails(read),
      (reason: unknown) => console.error('service:details failed', reason),
    );
    return () => {
      isGone = true;
    };
  }, [bridge, name, outages.count, pid, phase, health]);
  return details;
}

/** Counters are published once per second while the popover is open. */
function useByteRate({ bytesOut, bytesIn }: ServiceSnapshot, now: number): ByteRate | null {
  const [rate, setRate] = useState<ByteRate | null>(null);
  const before = useRef({ bytesOut, bytesIn, now });
  useEffect(() => {
    const { current } = before;
    const elapsedMs = now - current.now;
    if (elapsedMs < 500) return;
    setRate({
      out: (1000 * (bytesOut - current.bytesOut)) / elapsedMs,
      in: (1000 * (bytesIn - current.bytesIn)) / elapsedMs,
    });
    before.current = { bytesOut, bytesIn, now };
  }, [bytesOut, bytesIn, now]);
  return rate;
}
