/** What a notification says. */
import { localAddress } from '../../shared/bind-address.ts';
import type { ServiceSnapshot } from '../../shared/service-snapshot.ts';

/** More kinds of trouble than this at one moment are told as a number. */
const maxNoticesAtOnce = 3;
const maxNamesTold = 3;

export interface Notice {
  readonly title: string;
  readonly body: string;
}

/** Forwards with the same cause share one notice. */
export function needNotices(services: readonly ServiceSnapshot[]): readonly Notice[] {
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
