/** What a change of a service consists of, and whether it still fits what the file says by now. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { DraftValue, ServiceDraft } from '../../../../shared/service-edit.ts';
import { isDraftMapping } from './editable-config.ts';

/** Keys from the service on: `['connection', 'host']`. */
export type FieldPath = readonly string[];

export interface FieldChange {
  readonly path: FieldPath;
  /** undefined: there was, or shall be, none. */
  readonly former: DraftValue | undefined;
  readonly wanted: DraftValue | undefined;
}

/** The smallest changes that make `wanted` of `former`. Lists change as a whole, mappings key by key. */
export function draftChanges(
  former: ServiceDraft,
  wanted: ServiceDraft,
  path: FieldPath = [],
): readonly FieldChange[] {
  const keys = [...new Set([...Object.keys(wanted), ...Object.keys(former)])];
  return keys.flatMap((key): readonly FieldChange[] => {
    const [from, to] = [former[key], wanted[key]];
    if (isDraftMapping(from) && isDraftMapping(to)) return draftChanges(from, to, [...path, key]);
    return sameValue(from, to) ? [] : [{ path: [...path, key], former: from, wanted: to }];
  });
}

export const sameValue = (one: DraftValue | undefined, other: DraftValue | undefined): boolean =>
  isDeepStrictEqual(one, other);

/** Without what means the same as an absent key: null, an empty list, an empty mapping. */
export function tidyDraft(draft: ServiceDraft): ServiceDraft {
  const entries = Object.entries(draft).flatMap(([key, value]): [string, DraftValue][] => {
    const tidy = isDraftMapping(value) && key !== 'connection' ? tidyDraft(value) : tidyValue(value);
    return isNothing(tidy) && key !== 'connection' ? [] : [[key, tidy]];
  });
  return Object.fromEntries(entries);
}

const tidyValue = (value: DraftValue): DraftValue => (isDraftMapping(value) ? tidyDraft(value) : value);

const isNothing = (value: DraftValue | undefined): boolean =>
  value === null ||
  value === undefined ||
  (Array.isArray(value) && value.length === 0) ||
  (isDraftMapping(value) && Object.keys(value).length === 0);
