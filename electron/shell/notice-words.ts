/** What a notification says. */
import { localAddress } from '../../shared/bind-address.ts';
import { causeActionOf } from '../../shared/cause-action.ts';
import type { ServiceSnapshot } from '../../shared/service-snapshot.ts';

const maxNamesTold = 3;

export interface Notice {
  readonly title: string;
  readonly body: string;
  /** Titles of the causes that it tells: once none of them is left, it is withdrawn. Absent: it stays. */
  readonly about?: readonly string[];
  /** Services that have the one cause that it tells. */
  readonly names?: readonly string[];
  /** What its button says, which does what helps these services; absent: there is none. */
  readonly action?: string;
}

/** One for all that come at one moment: with their cause where they share it, as a number where they do not. */
export function needNotices(services: readonly ServiceSnapshot[]): readonly Notice[] {
  const [first] = services;
  if (first === undefined) return [];
  const about = [...new Set(services.map(({ cause }) => cause?.title ?? ''))];
  const names = namesInWords(services);
  if (about.length > 1) return [{ title: `${services.length} forwards need attention`, body: names, about }];
  const remedy = first.cause?.remedy ?? null;
  const action = first.cause === null ? null : causeActionOf(first.cause);
  return [
    {
      title: about[0] ?? '',
      body: remedy === null ? names : `${names}: ${remedy}`,
      about,
      names: services.map(({ name }) => name),
      ...(action === null ? {} : { action: action.label }),
    },
  ];
}

export function recoveryNotices(services: readonly ServiceSnapshot[]): readonly Notice[] {
  if (services.length === 0) return [];
  const verb = services.length === 1 ? 'is' : 'are';
  const addresses = services.slice(0, maxNamesTold).map(localAddress);
  return [{ title: `${namesInWords(services)} ${verb} up again`, body: addresses.join(', ') }];
}

/** `postgres`, `postgres and redis`, `a, b, c and 4 more`. */
function namesInWords(services: readonly ServiceSnapshot[]): string {
  const names = services.map((service) => service.name);
  const more = names.length - maxNamesTold;
  const told = more > 0 ? [...names.slice(0, maxNamesTold), `${more} more`] : names;
  const last = told.at(-1) ?? '';
  return told.length < 2 ? last : `${told.slice(0, -1).join(', ')} and ${last}`;
}
