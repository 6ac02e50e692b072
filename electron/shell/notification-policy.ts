/**
 * When the user is told. Pure: the memory and a snapshot go in, what to say and when to look again come out.
 *
 * 1. One notice when a forward comes to need the user, one when that forward is up again; nothing else, ever.
 * 2. A need is told only after it has lasted for `settleMs`: what mends itself is not worth a word, and what befalls
 *    several forwards at the same moment becomes one notice.
 * 3. The same forward is not told of twice within `quietMs`: one that flaps cannot flood.
 */
import type { ServiceSnapshot } from '../../shared/service-snapshot.ts';
import { needsUser } from './needs-user.ts';

const settleMs = 1_500;
const quietMs = 60_000;
/** More kinds of trouble than this at one moment are told as a number. */
const maxNoticesAtOnce = 3;
const maxNamesTold = 3;

export interface Notice {
  readonly title: string;
  readonly body: string;
}

/** What is remembered of a forward that needs the user, or did. Times are monotonic ms. */
type Trouble =
  | { readonly kind: 'noticed'; readonly tellAt: number }
  | { readonly kind: 'told'; readonly toldAt: number }
  | { readonly kind: 'over'; readonly toldAt: number };

export type NotificationMemory = ReadonlyMap<string, Trouble>;
export const nothingNoticed: NotificationMemory = new Map();

export interface Decision {
  readonly memory: NotificationMemory;
  readonly notices: readonly Notice[];
  /** When to decide again even if nothing changes; null: only when something does. */
  readonly nextAt: number | null;
}

export function decideNotices(
  memory: NotificationMemory,
  services: readonly ServiceSnapshot[],
  now: number,
): Decision {
  const next = new Map<string, Trouble>();
  const needy: ServiceSnapshot[] = [];
  const recovered: ServiceSnapshot[] = [];
  for (const service of services) {
    const before = memory.get(service.name);
    const trouble = follow(before, service, now);
    if (trouble === undefined) continue;
    next.set(service.name, trouble);
    if (trouble.kind === 'told' && before?.kind === 'noticed') needy.push(service);
    if (trouble.kind === 'over' && before?.kind === 'told' && isUp(service)) recovered.push(service);
  }
  const nextAt = [...next.values()].reduce(
    (earliest, trouble) => (trouble.kind === 'noticed' ? Math.min(earliest, trouble.tellAt) : earliest),
    Infinity,
  );
  const notices = [...needNotices(needy), ...recoveryNotices(recovered)];
  return { memory: next, notices, nextAt: nextAt === Infinity ? null : nextAt };
}

/** Follows one forward; undefined: nothing to remember. */
function follow(before: Trouble | undefined, service: ServiceSnapshot, now: number): Trouble | undefined {
  if (needsUser(service)) {
    if (before === undefined) return waitOut({ kind: 'noticed', tellAt: now + settleMs }, now);
    if (before.kind === 'over') {
      return { kind: 'noticed', tellAt: Math.max(now + settleMs, before.toldAt + quietMs) };
    }
    return waitOut(before, now);
  }
  if (before === undefined || before.kind === 'noticed') return undefined;
  const isQuietAgain = now - before.toldAt >= quietMs;
  const isOver = isUp(service) || service.desired === 'off';
  if (before.kind === 'told') return isOver ? { kind: 'over', toldAt: before.toldAt } : before;
  return isQuietAgain ? undefined : before;
}

const waitOut = (trouble: Trouble, now: number): Trouble =>
  trouble.kind === 'noticed' && now >= trouble.tellAt ? { kind: 'told', toldAt: now } : trouble;

const isUp = (service: ServiceSnapshot): boolean => service.phase === 'up' && service.health !== 'unhealthy';

/** Forwards with the same cause share one notice. */
function needNotices(services: readonly ServiceSnapshot[]): readonly Notice[] {
  const byTitle = new Map<string, readonly ServiceSnapshot[]>();
  for (const service of services) {
    const title = service.cause?.title ?? '';
    byTitle.set(title, [...(byTitle.get(title) ?? []), service]);
  }
  if (byTitle.size > maxNoticesAtOnce) {
    return [{ title: `${services.length} forwards need you`, body: namesInWords(services) }];
  }
  return [...byTitle].map(([title, sharing]) => {
    const remedy = sharing[0]?.cause?.remedy ?? null;
    return { title, body: remedy === null ? namesInWords(sharing) : `${namesInWords(sharing)}: ${remedy}` };
  });
}

function recoveryNotices(services: readonly ServiceSnapshot[]): readonly Notice[] {
  if (services.length === 0) return [];
  const verb = services.length === 1 ? 'is' : 'are';
  return [{ title: `${namesInWords(services)} ${verb} up again`, body: addressesInWords(services) }];
}

/** `postgres`, `postgres and redis`, `a, b, c and 4 more`. */
function namesInWords(services: readonly ServiceSnapshot[]): string {
  const names = services.map((service) => service.name);
  const more = names.length - maxNamesTold;
  const told = more > 0 ? [...names.slice(0, maxNamesTold), `${more} more`] : names;
  return told.length === 1 ? (told[0] ?? '') : `${told.slice(0, -1).join(', ')} and ${told.at(-1) ?? ''}`;
}

const addressesInWords = (services: readonly ServiceSnapshot[]): string =>
  services
    .slice(0, maxNamesTold)
    .map((service) => `localhost:${service.localPort}`)
    .join(', ');
