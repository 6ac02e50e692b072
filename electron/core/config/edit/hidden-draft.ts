/** Passwords and headers of a draft, kept from whoever only shows it. Pure. */
import { hiddenValue, type DraftValue, type ServiceDraft } from '../../../../shared/service-edit.ts';
import { isReference } from '../../secrets/service-secrets.ts';
import type { FieldPath } from './draft-changes.ts';
import { draftValueAt, isDraftMapping, withDraftValue } from './draft-path.ts';

const passwords: readonly FieldPath[] = [
  ['connection', 'password'],
  ['health_check', 'config', 'password'],
];
const headers: FieldPath = ['health_check', 'config', 'headers'];

/** What the file spells out is replaced; references and variables are not: they are no secrets. */
export const withoutSecrets = (draft: ServiceDraft): ServiceDraft =>
  secretPlaces(draft).reduce(
    (result, path) =>
      isSpelledOut(draftValueAt(draft, path)) ? withDraftValue(result, path, hiddenValue) : result,
    draft,
  );

/** Fields that have the stand-in where `former` has not: nobody knows what is meant. */
export const unknownSecrets = (draft: ServiceDraft, former: ServiceDraft | null): readonly FieldPath[] =>
  secretPlaces(draft).filter(
    (path) =>
      draftValueAt(draft, path) === hiddenValue &&
      (former === null || draftValueAt(former, path) !== hiddenValue),
  );

/** The text of a service without its secrets. */
export function hideSecretsIn(text: string | null, draft: ServiceDraft | null): string | null {
  if (text === null || draft === null) return text;
  return secretPlaces(draft).reduce((result, path) => {
    const value = draftValueAt(draft, path);
    if (!isSpelledOut(value)) return result;
    const place = String.raw`(\b${escape(path.at(-1) ?? '')}["']?\s*:\s*["']?)`;
    return result.replaceAll(new RegExp(place + spellings(String(value)), 'g'), `$1${hiddenValue}`);
  }, text);
}

const spellings = (value: string): string =>
  `(?:${[value, JSON.stringify(value).slice(1, -1), value.replaceAll("'", "''")].map(escape).join('|')})`;

const escape = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`);

function secretPlaces(draft: ServiceDraft): readonly FieldPath[] {
  const named = draftValueAt(draft, headers);
  return [
    ...passwords,
    ...(isDraftMapping(named) ? Object.keys(named).map((name) => [...headers, name]) : []),
  ];
}

const isSpelledOut = (value: DraftValue | undefined): value is string | number =>
  typeof value === 'number' ||
  (typeof value === 'string' && value !== '' && !value.includes('${') && !isReference(value));
