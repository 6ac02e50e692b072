/** Where the form shows the findings of a draft. Pure. */
import type { DraftFinding } from '../../shared/service-edit.ts';
import { fieldsOf, type FieldName, type Kind } from './draft-form.ts';

const fieldNames: Readonly<Record<string, FieldName>> = {
  name: 'name',
  local_port: 'localPort',
  remote_port: 'remotePort',
  'tags[0]': 'group',
  'connection.context': 'context',
  'connection.namespace': 'namespace',
  'connection.resource_name': 'resource',
  'connection.resource_type': 'resource',
  'connection.selector': 'resource',
  'connection.host': 'host',
  'connection.remote_host': 'remoteHost',
  'connection.argv': 'command',
  hold: 'hold',
  auto_off: 'autoOff',
};

const fieldOf = ({ field }: DraftFinding): FieldName | null =>
  fieldNames[field] ?? fieldNames[field.replace(/\[\d+\]$/, '')] ?? null;

/** The fields with text under "More": the others are choices and have no room for an error. */
const textsUnderMore: readonly FieldName[] = ['hold', 'autoOff'];

export interface FormErrors {
  /** One message for each field: the one to fix first. */
  readonly fields: ReadonlyMap<FieldName, string>;
  /** What no field of this kind shows, with the key in the file. */
  readonly others: readonly { readonly severity: DraftFinding['severity']; readonly text: string }[];
  /** Of all errors that the form shows. */
  readonly count: number;
}

export function formErrorsOf(findings: readonly DraftFinding[], kind: Kind): FormErrors {
  const fields = new Map<FieldName, string>();
  const others: { severity: DraftFinding['severity']; text: string }[] = [];
  for (const finding of findings) {
    const { severity, message } = finding;
    const field = fieldOf(finding);
    if (field === null || !(fieldsOf[kind].includes(field) || textsUnderMore.includes(field)))
      others.push({ severity, text: finding.field === '' ? message : `${finding.field}: ${message}` });
    else if (severity === 'error' && !fields.has(field)) fields.set(field, message);
  }
  const count = fields.size + others.filter(({ severity }) => severity === 'error').length;
  return { fields, others, count };
}
