/** Values of a draft by their path of keys. Pure. */
import type { DraftValue, ServiceDraft } from '../../../../shared/service-edit.ts';

export function draftValueAt(draft: ServiceDraft, path: readonly string[]): DraftValue | undefined {
  return path.reduce<DraftValue | undefined>(
    (value, key) => (isDraftMapping(value) ? value[key] : undefined),
    draft,
  );
}

/** `value` undefined: the key is removed. */
export function withDraftValue(
  draft: ServiceDraft,
  [key = '', ...rest]: readonly string[],
  value: DraftValue | undefined,
): ServiceDraft {
  const { [key]: inner, ...others } = draft;
  if (rest.length === 0) return value === undefined ? others : { ...draft, [key]: value };
  return { ...draft, [key]: withDraftValue(isDraftMapping(inner) ? inner : {}, rest, value) };
}

export const isDraftMapping = (
  value: DraftValue | undefined,
): value is { readonly [key: string]: DraftValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** As written in the file; empty: the draft has none. */
export const nameOf = ({ name }: ServiceDraft): string =>
  typeof name === 'string' || typeof name === 'number' || typeof name === 'boolean' ? String(name) : '';
