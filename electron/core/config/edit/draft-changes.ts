/** The fields that change in a service, and whether they still fit the current file. Pure. */
import { isDeepStrictEqual } from 'node:util';
import type { DraftValue, ServiceDraft } from '../../../../shared/service-edit.ts';
import { isDraftMapping } from './draft-path.ts';

/** Keys from the service on: `['connection', 'host']`. */
export type FieldPath = readonly string[];

export interface FieldChange {
  readonly path: FieldPath;
  /** undefined: there is no value before, or after. */
  readonly former: DraftValue | undefined;
  readonly wanted: DraftValue | undefined;
}

/** The minimal changes that turn `former` into `wanted`. Lists change as a whole, mappings key by key. */
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

/** Without values that are equivalent to an absent key: null, an empty list, an empty mapping. */
export const tidyDraft = (draft: ServiceDraft): ServiceDraft =>
  Object.fromEntries(
    Object.entries(draft).flatMap(([key, value]): [string, DraftValue][] => {
      const tidy = tidyField(key, value);
      return tidy === undefined ? [] : [[key, tidy]];
    }),
  );

/** The value of one key; undefined: equivalent to an absent key. */
export function tidyField(key: string, value: DraftValue | undefined): DraftValue | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value;
  if (!isDraftMapping(value)) return value;
  const tidy = tidyDraft(value);
  // An empty connection is kept: it is one without its required keys.
  return Object.keys(tidy).length === 0 && key !== 'connection' ? undefined : tidy;
}
