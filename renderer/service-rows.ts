/** The list as it stands on the screen, computed from a snapshot, what the user looks for and the time. Pure. */
import { localAddress } from '../shared/bind-address.ts';
import { assertNever } from '../shared/result.ts';
import { isGuarded, withoutGuarded } from '../shared/guard.ts';
import { momentText } from '../shared/off-until.ts';
import type { ServiceSnapshot } from '../shared/service-snapshot.ts';
import { countServices, overallTone, toneOf, upOfWanted, type Tone } from '../shared/service-tone.ts';
import { causeViewOf, type CauseView } from './cause-view.ts';
import { countdownText, latencyText, uptimeText } from './duration-text.ts';
import { hitIn, matchesFilter } from './filter-words.ts';
import { groupInOrder } from './grouping.ts';
import { sharedCausesOf, type SharedCauseView } from './shared-causes.ts';
import { waitsForText } from './waits-for.ts';

export interface RowView {
  readonly name: string;
  readonly tone: Tone;
  /** What the user wants; never what is. */
  readonly on: boolean;
  /** What a click copies; null of a reverse forward, whose route says it all. */
  readonly address: string | null;
  /** `:5432`: "localhost" is said once, in what a click copies. */
  readonly port: string | null;
  readonly route: string;
  readonly description: string | null;
  /** `up 3 h · 2 ms`, `checking …`, `waits for prod`: the quiet end of the second line. */
  readonly status: string;
  readonly cause: CauseView | null;
  /** A card above tells the cause in full: the row is quiet. */
  readonly isQuiet: boolean;
  /** Of three lines. It stays so while the pointer is inside, whatever the state does. */
  readonly isTall: boolean;
  /** Turning it on has to be confirmed. */
  readonly isGuarded: boolean;
  /** Where the filter found the name. */
  readonly hit: readonly [number, number] | null;
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
  /** What its switch turns on. */
  readonly turnsOn: readonly string[];
  readonly on: boolean;
  readonly tone: Tone;
  /** `3 of 4 up`, `All off`. */
  readonly count: string;
  readonly isFolded: boolean;
  /** Empty while it is folded. */
  readonly rows: readonly RowView[];
}

/** A service in trouble, in one line above a long list. */
export interface TroubleLine {
  readonly name: string;
  readonly title: string;
}

export interface ListView {
  readonly sharedCauses: readonly SharedCauseView[];
  /** Of a list that is longer than the window. */
  readonly troubles: readonly TroubleLine[];
  /** Troubles for which there is no line. */
  readonly moreTroubles: number;
  readonly groups: readonly GroupView[];
  /** Of the rows that can be seen. */
  readonly rowNames: readonly string[];
}

/** What the user looks for. */
export interface ListQuery {
  readonly filter: string;
  readonly onlyTrouble: boolean;
  /** Keys of groups. What is looked for is shown all the same. */
  readonly folded: ReadonlySet<string>;
}

export const everything: ListQuery = { filter: '', onlyTrouble: false, folded: new Set() };

const untagged = 'Other';
/** Rows that the window has room for, less a few for cards. */
const longListFrom = 10;
const maxTroubleLines = 5;

/** Groups by first tag; groups and rows keep the order of the file whatever their state. */
export function listViewOf(services: readonly ServiceSnapshot[], query: ListQuery, now: number): ListView {
  const { filter, onlyTrouble, folded } = query;
  const sharedCauses = sharedCausesOf(services, now);
  const sharing = new Set(sharedCauses.flatMap(({ names }) => names));
  const matching = services.filter(
    (service) => matchesFilter(service, filter) && (!onlyTrouble || toneOf(service) === 'trouble'),
  );
  const isSearching = filter !== '' || onlyTrouble;
  const matchingNames = new Set(matching.map(({ name }) => name));
  const grouped = [...groupInOrder(matching, (service) => service.tags[0] ?? untagged)];
  const isSingle = new Set(services.map(({ tags }) => tags[0])).size <= 1;
  const groups = ordered(grouped).map(([title, members]): GroupView => {
    const isFolded = !isSingle && !isSearching && folded.has(title);
    return {
      key: title,
      title: isSingle ? null : title,
      tag: tagOfExactly(members, services),
      names: members.map(({ name }) => name),
      turnsOn: withoutGuarded(members).map(({ name }) => name),
      on: members.some(({ desired }) => desired === 'on'),
      tone: overallTone(members),
      count: countText(members),
      isFolded,
      rows: isFolded ? [] : members.map((service) => rowViewOf(service, sharing, { filter, now })),
    };
  });
  const lone = isSearching ? [] : services.filter((service) => isLoneTrouble(service, sharing));
  const isLong = services.length > longListFrom;
  return {
    sharedCauses: sharedCauses.filter(({ names }) => names.some((name) => matchingNames.has(name))),
    troubles: isLong ? lone.slice(0, maxTroubleLines).map(troubleLineOf) : [],
    moreTroubles: isLong ? Math.max(0, lone.length - maxTroubleLines) : 0,
    groups,
    rowNames: groups.flatMap(({ rows }) => rows.map(({ name }) => name)),
  };
}

const isLoneTrouble = (service: ServiceSnapshot, sharing: ReadonlySet<string>): boolean =>
  toneOf(service) === 'trouble' && !sharing.has(service.name);

const troubleLineOf = ({ name, cause }: ServiceSnapshot): TroubleLine => ({
  name,
  title: cause?.title ?? 'Not working',
});

function countText(members: readonly ServiceSnapshot[]): string {
  const counts = countServices(members);
  if (counts.wanted === 0) return 'Off';
  return counts.up === counts.wanted ? `${counts.up} up` : upOfWanted({ ...counts, checking: 0 });
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

interface RowContext {
  readonly filter: string;
  readonly now: number;
}

function rowViewOf(
  service: ServiceSnapshot,
  sharing: ReadonlySet<string>,
  { filter, now }: RowContext,
): RowView {
  const tone = toneOf(service);
  const cause = causeViewOf(service, now);
  const isQuiet = cause !== null && sharing.has(service.name);
  const address = service.remoteAddress === undefined ? localAddress(service) : null;
  const status = isQuiet ? waitsForText(service) : withTimeLeft(statusText(service, now), service, now);
  const state =
    cause === null || isQuiet ? [stateWords[tone], status] : [stateWords[tone], cause.title, cause.line];
  return {
    name: service.name,
    tone,
    on: service.desired === 'on',
    address,
    port: address === null ? null : portText(service, address),
    route: service.route,
    description: service.description,
    status,
    cause,
    isQuiet,
    isTall: cause !== null && !isQuiet,
    isGuarded: isGuarded(service),
    hit: filter === '' ? null : hitIn(service.name, filter),
    label: [service.name, ...state, address ?? service.route].filter((part) => part !== '').join(', '),
  };
}

/** The address where it is more than a port of this machine. */
const portText = ({ localPort }: ServiceSnapshot, address: string): string =>
  address === `localhost:${localPort}` ? `:${localPort}` : address;

/** Empty where the words beside it say it: `up 3 h`, `checking …`. */
const stateWords: Readonly<Record<Tone, string>> = {
  up: '',
  ready: '',
  checking: '',
  working: '',
  trouble: 'in trouble',
  off: 'off',
};

const withTimeLeft = (text: string, { offAt }: ServiceSnapshot, now: number): string =>
  offAt === undefined ? text : [text, `off ${countdownText(offAt - now)}`].filter(Boolean).join(' · ');

function statusText(service: ServiceSnapshot, now: number): string {
  const { phase, cause, nextRetryAt } = service;
  switch (phase) {
    case 'off':
      return service.offUntil === undefined ? '' : `off until ${momentText(service.offUntil, now)}`;
    case 'connecting':
      return withClients(cause === null ? 'connecting …' : 'reconnecting …', service);
    case 'stopping':
      return 'stopping …';
    case 'up':
      return tunnelText(service, now);
    case 'waiting':
    case 'retrying':
    case 'failed':
      return nextRetryAt === null ? 'waiting' : `retrying ${countdownText(nextRetryAt - now)}`;
    default:
      return assertNever(phase, 'phase');
  }
}

function tunnelText(service: ServiceSnapshot, now: number): string {
  switch (service.health) {
    case 'healthy':
      return upText(service, now);
    case 'ready':
      return 'ready';
    case 'unknown':
      return withClients('checking …', service);
    case 'unhealthy':
      return 'no answer';
    default:
      return assertNever(service.health, 'health');
  }
}

const withClients = (text: string, { held }: ServiceSnapshot): string =>
  held === 0 ? text : `${text} ${clientsText(held)} waiting`;

const clientsText = (count: number): string => (count === 1 ? '1 client' : `${count} clients`);

const upText = (service: ServiceSnapshot, now: number): string =>
  `up ${[uptimeText(now - service.since), ...(service.checkMs === null ? [] : [latencyText(service.checkMs)])].join(' · ')}`;
