import type { ControlOutcome, ControlTarget } from '../../shared/control-contract.ts';
import type { ServiceSnapshot } from '../../shared/service-snapshot.ts';
import { CommandFailure, usageFailure } from './command-failure.ts';

export interface TargetOptions {
  readonly all?: true;
  readonly tag?: string;
}

/** Which services a command means: names, or a tag, or all. Exactly one of the three. */
export function targetOf(names: readonly string[], { all, tag }: TargetOptions): ControlTarget {
  const given = [names.length > 0, tag !== undefined, all === true].filter(Boolean).length;
  if (given === 0) throw usageFailure('no service is named', 'Name services, or --tag TAG, or --all.');
  if (given > 1) throw usageFailure('names, --tag and --all exclude each other');
  if (tag !== undefined) return { kind: 'tag', tag };
  return all === true ? { kind: 'all' } : { kind: 'names', names: [...new Set(names)] };
}

/** Fails where a target means nobody. Names that are unknown are not nobody: the host refuses them one by one. */
export function refuseNobody(target: ControlTarget, { accepted, refused }: ControlOutcome): void {
  if (accepted.length + refused.length > 0) return;
  throw target.kind === 'tag'
    ? noSuchTag(target.tag)
    : new CommandFailure('the config has no services', { hint: 'Add some: localport config path' });
}

export const noSuchTag = (tag: string): CommandFailure =>
  new CommandFailure(`no service has the tag ${JSON.stringify(tag)}`);

/** The services that are named and have the tag; what is not given restricts nothing. */
export function selectServices<S extends Pick<ServiceSnapshot, 'name' | 'tags'>>(
  services: readonly S[],
  names: readonly string[],
  { all, tag }: TargetOptions,
): readonly S[] {
  if (all === true && (names.length > 0 || tag !== undefined))
    throw usageFailure('--all excludes names and --tag');
  return services.filter(
    (service) =>
      (names.length === 0 || names.includes(service.name)) &&
      (tag === undefined || service.tags.includes(tag)),
  );
}
