import type { ControlOutcome, ControlTarget } from '../../../shared/control-contract.ts';
import { assertNever } from '../../../shared/result.ts';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import { closestWord } from '../config/spelling.ts';

/** The services that a target selects, in the order of the config, and the unknown names. Pure. */
export function resolveTarget(target: ControlTarget, services: readonly ServiceSnapshot[]): ControlOutcome {
  const known = services.map(({ name }) => name);
  switch (target.kind) {
    case 'all':
      return { accepted: known, refused: [] };
    case 'tags':
      return resolveTags(target.tags, services);
    case 'names': {
      const named = new Set(target.names);
      const unknown = [...named].filter((name) => !known.includes(name));
      return {
        accepted: known.filter((name) => named.has(name)),
        refused: unknown.map((name) => ({ name, message: describeUnknown(name, known) })),
      };
    }
    default:
      return assertNever(target, 'target');
  }
}

function resolveTags(wanted: readonly string[], services: readonly ServiceSnapshot[]): ControlOutcome {
  const accepted = services.filter(({ tags }) => wanted.some((tag) => tags.includes(tag)));
  const known = new Set(accepted.flatMap(({ tags }) => tags));
  const unknown = accepted.length === 0 ? [] : [...new Set(wanted)].filter((tag) => !known.has(tag));
  return {
    accepted: accepted.map(({ name }) => name),
    refused: unknown.map((tag) => ({ name: tag, message: 'is a tag that no service has' })),
  };
}

/** Refuses services that are off: they cannot be restarted. */
export function refuseOff(outcome: ControlOutcome, services: readonly ServiceSnapshot[]): ControlOutcome {
  const off = new Set(services.filter(({ desired }) => desired === 'off').map(({ name }) => name));
  return {
    accepted: outcome.accepted.filter((name) => !off.has(name)),
    refused: [
      ...outcome.refused,
      ...outcome.accepted
        .filter((name) => off.has(name))
        .map((name) => ({ name, message: 'is off: start it' })),
    ],
  };
}

function describeUnknown(name: string, known: readonly string[]): string {
  const close = closestWord(name, known);
  return `there is no service of this name${close === null ? '' : `; is ${close} meant?`}`;
}
