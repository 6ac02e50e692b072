import type { ControlOutcome, ControlTarget } from '../../shared/control-contract.ts';
import type { ServiceSnapshot } from '../../shared/service-snapshot.ts';
import { closestWord } from '../core/config/spelling.ts';
import { CommandFailure, usageFailure } from './command-failure.ts';

/** As in the control contract: the maximum length of a service name, and the maximum number of services. */
const maxNameLength = 200;
const maxNames = 1_000;

export interface TargetOptions {
  readonly all?: true;
  /** In the order given. */
  readonly tag?: readonly string[];
}

/** The services that a command means: names, or tags, or all. Exactly one of the three. */
export function targetOf(names: readonly string[], { all, tag }: TargetOptions): ControlTarget {
  const given = [names.length > 0, tag !== undefined, all === true].filter(Boolean).length;
  if (given === 0) throw usageFailure('no service is named', 'Name services, or --tag TAG, or --all.');
  if (given > 1) throw usageFailure('names, --tag and --all cannot be combined');
  const odd = [...names, ...(tag ?? [])].find((name) => name === '' || name.length > maxNameLength);
  if (odd !== undefined) {
    throw usageFailure(odd === '' ? 'a name is empty' : `a name is longer than ${maxNameLength} characters`);
  }
  if (names.length > maxNames) throw usageFailure(`more than ${maxNames} names`, 'Use --all or --tag TAG.');
  if (tag !== undefined) return { kind: 'tags', tags: [...new Set(tag)] };
  return all === true ? { kind: 'all' } : { kind: 'names', names: [...new Set(names)] };
}

/** Fails if a target matches no service. Unknown names do not fail here: the host refuses them one by one. */
export function refuseNobody(target: ControlTarget, { accepted, refused }: ControlOutcome): void {
  if (accepted.length + refused.length > 0) return;
  throw target.kind === 'tags'
    ? noSuchTag(target.tags)
    : new CommandFailure('the config has no services', {
        hint: 'To add one: localport add, or localport import',
      });
}

export const noSuchTag = (tags: readonly string[]): CommandFailure =>
  new CommandFailure(`no service has the tag ${tags.map((tag) => JSON.stringify(tag)).join(' or ')}`);

/** The named services that have any of the tags; an absent list restricts nothing. */
export function selectServices<S extends Pick<ServiceSnapshot, 'name' | 'tags'>>(
  services: readonly S[],
  names: readonly string[],
  { all, tag }: TargetOptions,
): readonly S[] {
  if (all === true && (names.length > 0 || tag !== undefined))
    throw usageFailure('--all cannot be combined with names or --tag');
  return services.filter(
    (service) =>
      (names.length === 0 || names.includes(service.name)) &&
      (tag === undefined || tag.some((one) => service.tags.includes(one))),
  );
}

/** Fails for names that no service has, with a suggestion. */
export function refuseUnknown(
  services: readonly Pick<ServiceSnapshot, 'name'>[],
  names: readonly string[],
): void {
  const known = services.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const close = unknown.map((name) => closestWord(name, known)).filter((name) => name !== null);
  const hint = close.length === 0 ? null : `Did you mean ${close.join(', ')}?`;
  throw new CommandFailure(`there is no service ${unknown.map((name) => JSON.stringify(name)).join(', ')}`, {
    hint,
  });
}
