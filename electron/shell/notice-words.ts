/** The texts of notifications. */
import { localAddress } from '../../shared/bind-address.ts';
import { causeActionOf } from '../../shared/cause-action.ts';
import type { ServiceSnapshot } from '../../shared/service-snapshot.ts';

const maxNamesTold = 3;

export interface Notice {
  readonly title: string;
  readonly body: string;
  /** Titles of the causes it reports; it is withdrawn once none of them is left. Absent: it stays. */
  readonly about?: readonly string[];
  /** The services with the cause, if it reports only one. */
  readonly names?: readonly string[];
  /** The label of its button, which performs the remedy for these services; absent: no button. */
  readonly action?: string;
}

/** One notification for all that are due at the same time: with the cause if they share it, otherwise with their number. */
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
