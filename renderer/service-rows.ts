/** Computes the list as shown on the screen from a snapshot, the user's query and the time. Pure. */
import { localAddress } from '../shared/bind-address.ts';
import { assertNever } from '../shared/result.ts';
import { guardQuestion, isGuarded, withoutGuarded, type GuardQuestion } from '../shared/guard.ts';
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
  /** What the user wants, not the actual state. */
  readonly on: boolean;
  /** What a click copies; null: a reverse forward, whose route is enough. */
  readonly address: string | null;
  /** `:5432`, without "localhost", which only the copied address includes. */
  readonly port: string | null;
  readonly route: string;
  readonly description: string | null;
  /** `up 3 h · 2 ms`, `checking …`, `waits for prod`: the muted end of the second line. */
  readonly status: string;
  readonly cause: CauseView | null;
  /** The row is quiet because a card above shows the cause in full. */
  readonly isQuiet: boolean;
  /** The row has three lines. This does not change while the pointer is inside. */
  readonly isTall: boolean;
  /** Turning it on requires confirmation. */
  readonly guard: GuardQuestion | null;
  /** Start and end of the filter's match in the name. */
  readonly hit: readonly [number, number] | null;
  /** The whole row as one sentence, for a screen reader. */
  readonly label: string;
}

export interface GroupView {
  readonly key: string;
  /** null: a single group, which needs no title. */
  readonly title: string | null;
  /** The tag that exactly these services have; null: they must be listed by name. */
  readonly tag: string | null;
  readonly names: readonly string[];
  /** The services that its switch turns on. */
  readonly turnsOn: readonly string[];
  readonly on: boolean;
  readonly tone: Tone;
  /** `3 of 4 up`, `All off`. */
  readonly count: string;
  readonly isFolded: boolean;
  /** Empty while collapsed. */
  readonly rows: readonly RowView[];
}

/** A service in trouble, as one line above a long list. */
export interface TroubleLine {
  readonly name: string;
  readonly title: string;
}

export interface ListView {
  readonly sharedCauses: readonly SharedCauseView[];
  /** Only for a list that is longer than the window. */
  readonly troubles: readonly TroubleLine[];
  /** The number of services in trouble without a line. */
  readonly moreTroubles: number;
  readonly groups: readonly GroupView[];
  /** The names of the visible rows. */
  readonly rowNames: readonly string[];
}

/** What the user is looking for. */
export interface ListQuery {
  readonly filter: string;
  readonly onlyTrouble: boolean;
  /** Keys of collapsed groups. Filtering shows their matches anyway. */
  readonly folded: ReadonlySet<string>;
}

export const everything: ListQuery = { filter: '', onlyTrouble: false, folded: new Set() };

const untagged = 'Other';
/** The number of rows that fit in the window, minus a few for cards. */
const longListFrom = 10;
const maxTroubleLines = 5;

/** Groups by first tag; groups and rows stay in file order whatever their state. */
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

/** null if a service in another group also has the tag: the tag would then switch more than is shown. */
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
    guard: isGuarded(service) ? guardQuestion(service) : null,
    hit: filter === '' ? null : hitIn(service.name, filter),
    label: [service.name, ...state, address ?? service.route].filter((part) => part !== '').join(', '),
  };
}

/** The full address, unless it is just a port on localhost. */
const portText = ({ localPort }: ServiceSnapshot, address: string): string =>
  address === `localhost:${localPort}` ? `:${localPort}` : address;

/** Empty if the status next to it says the same: `up 3 h`, `checking …`. */
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
    case 'idle':
      return 'on demand';
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
  held === 0 ? text : `${text} · ${clientsText(held)} waiting`;

const clientsText = (count: number): string => (count === 1 ? '1 client' : `${count} clients`);

const upText = (service: ServiceSnapshot, now: number): string =>
  `up ${[uptimeText(now - service.since), ...(service.checkMs === null ? [] : [latencyText(service.checkMs)])].join(' · ')}`;
