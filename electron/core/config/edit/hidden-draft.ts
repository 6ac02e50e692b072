/** Hides passwords and headers of a draft that is displayed. Pure. */
import { hiddenValue, type DraftValue, type ServiceDraft } from '../../../../shared/service-edit.ts';
import { isReference } from '../../secrets/service-secrets.ts';
import type { FieldPath } from './draft-changes.ts';
import { draftValueAt, isDraftMapping, withDraftValue } from './draft-path.ts';

const passwords: readonly FieldPath[] = [
  ['connection', 'password'],
  ['health_check', 'config', 'password'],
];
const headers: FieldPath = ['health_check', 'config', 'headers'];

/** Values that are written in the file are replaced; references and variables are not, since they are not secret. */
export const withoutSecrets = (draft: ServiceDraft): ServiceDraft =>
  secretPlaces(draft).reduce(
    (result, path) =>
      isSpelledOut(draftValueAt(draft, path)) ? withDraftValue(result, path, hiddenValue) : result,
    draft,
  );

/** Fields that contain the placeholder although they have no value in `former`: their real value is not known. */
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
