/** The list as it stands on the screen, computed from a snapshot, the filter and the time. Pure. */
import { clientAddress, localAddress } from '../shared/bind-address.ts';
import { assertNever } from '../shared/result.ts';
import type { ServiceSnapshot } from '../shared/service-snapshot.ts';
import { toneOf, type Tone } from '../shared/service-tone.ts';
import { causeViewOf, type CauseView } from './cause-view.ts';
import { countdownText, latencyText, uptimeText } from './duration-text.ts';
import { groupInOrder } from './grouping.ts';
import { sharedCausesOf, type SharedCauseView } from './shared-causes.ts';

export interface RowView {
  readonly name: string;
  readonly tone: Tone;
  /** What the user wants; never what is. */
  readonly on: boolean;
  /** What a click copies; null of a reverse forward, whose route says it all. */
  readonly address: string | null;
  readonly route: string;
  readonly description: string | null;
  /** `3 h · 2 ms`, `Checking …`: the quiet end of the second line. */
  readonly status: string;
  readonly cause: CauseView | null;
  /** A card above shows the cause in full: the row only names it. */
  readonly causeIsShared: boolean;
  /** The whole row as one sentence, for a screen reader. */
  readonly label: string;
}

export interface GroupView {
  readonly key: string;
  /** null: the only group needs no title. */
  readonly title: string | null;
  /** The tag that names exactly these services; null: they can only be named one by one. */
  readonly tag: string | null;
  readonly names: readonly string[];
  readonly on: boolean;
  readonly rows: readonly RowView[];
}

export interface ListView {
  readonly sharedCauses: readonly SharedCauseView[];
  readonly groups: readonly GroupView[];
  readonly rowNames: readonly string[];
}

const untagged = 'Other';

/** Groups by first tag; groups and rows keep the order of the file whatever their state. */
export function listViewOf(services: readonly ServiceSnapshot[], filter: string, now: number): ListView {
  const sharedCauses = sharedCausesOf(services, now);
  const sharing = new Set(sharedCauses.flatMap(({ names }) => names));
  const matching = services.filter((service) => matches(service, filter));
  const matchingNames = new Set(matching.map(({ name }) => name));
  const groups = [...groupInOrder(matching, (service) => service.tags[0] ?? untagged)];
  const isSingle = new Set(services.map(({ tags }) => tags[0])).size <= 1;
  return {
    sharedCauses: sharedCauses.filter(({ names }) => names.some((name) => matchingNames.has(name))),
    groups: ordered(groups).map(([title, members]) => ({
      key: title,
      title: isSingle ? null : title,
      tag: tagOfExactly(members, services),
      names: members.map(({ name }) => name),
      on: members.some(({ desired }) => desired === 'on'),
      rows: members.map((service) => rowViewOf(service, sharing.has(service.name), now)),
    })),
    rowNames: ordered(groups).flatMap(([, members]) => members.map(({ name }) => name)),
  };
}

/** Services without a tag come last. */
const ordered = <T>(groups: readonly (readonly [string, T])[]): readonly (readonly [string, T])[] => [
  ...groups.filter(([title]) => title !== untagged),
  ...groups.filter(([title]) => title === untagged),
];

/** A service may carry the tag second and stand in another group: then the tag would switch more than is shown. */
function tagOfExactly(
  members: readonly ServiceSnapshot[],
  services: readonly ServiceSnapshot[],
): string | null {
  const tag = members[0]?.tags[0];
  if (tag === undefined) return null;
  return services.filter(({ tags }) => tags.includes(tag)).length === members.length ? tag : null;
}

/** Every word of the filter must occur somewhere in what the row says. */
function matches(service: ServiceSnapshot, filter: string): boolean {
  const { name, route, tags, technology, description } = service;
  const text = [name, route, ...tags, technology, clientAddress(service), description ?? '']
    .join(' ')
    .toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function rowViewOf(service: ServiceSnapshot, causeIsShared: boolean, now: number): RowView {
  const tone = toneOf(service);
  const cause = causeViewOf(service, now);
  const address = service.remoteAddress === undefined ? localAddress(service) : null;
  const status = statusText(service, now);
  const state = cause === null ? [stateWords[tone], status] : [stateWords[tone], cause.title, cause.next];
  return {
    name: service.name,
    tone,
    on: service.desired === 'on',
    address,
    route: service.route,
    description: service.description,
    status,
    cause,
    causeIsShared,
    label: [service.name, ...state, address ?? service.route].filter((part) => part !== '').join(', '),
  };
}

/** Empty where the words beside it say it: `Checking …`, `Connecting`. */
const stateWords: Readonly<Record<Tone, string>> = {
  up: 'up',
  ready: '',
  checking: '',
  working: '',
  trouble: 'in trouble',
  off: 'off',
};

function statusText(service: ServiceSnapshot, now: number): string {
  const { phase, cause, nextRetryAt } = service;
  switch (phase) {
    case 'off':
      return '';
    case 'connecting':
      return withClients(cause === null ? 'Connecting' : 'Reconnecting', service);
    case 'stopping':
      return 'Stopping';
    case 'up':
      return tunnelText(service, now);
    case 'waiting':
    case 'retrying':
    case 'failed':
      return nextRetryAt === null ? 'Waiting' : `Retrying ${countdownText(nextRetryAt - now)}`;
    default:
      return assertNever(phase, 'phase');
  }
}

function tunnelText(service: ServiceSnapshot, now: number): string {
  switch (service.health) {
    case 'healthy':
      return upText(service, now);
    case 'ready':
      return 'Ready';
    case 'unknown':
      return withClients('Checking …', service);
    case 'unhealthy':
      return 'No answer';
    default:
      return assertNever(service.health, 'health');
  }
}

const withClients = (text: string, { held }: ServiceSnapshot): string =>
  held === 0 ? text : `${text} · ${clientsText(held)} waiting`;

const clientsText = (count: number): string => (count === 1 ? '1 client' : `${count} clients`);

const upText = (service: ServiceSnapshot, now: number): string =>
  [uptimeText(now - service.since), ...(service.checkMs === null ? [] : [latencyText(service.checkMs)])].join(
    ' · ',
  );
