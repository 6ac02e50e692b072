/** Why an edit is not written. Pure. */
import type { DraftFinding, EditRefusal, ServiceEdit } from '../../../../shared/service-edit.ts';
import { describeFinding, errorsOf } from './edit-verdict.ts';
import { unknownSecrets } from './hidden-draft.ts';

export const refused = (message: string): EditRefusal => ({ done: false, message, findings: [] });

export function refusal(findings: readonly DraftFinding[]): EditRefusal {
  const [first, ...more] = errorsOf(findings);
  const rest = more.length === 0 ? '' : ` (and ${more.length} more)`;
  return { done: false, message: `${first === undefined ? '' : describeFinding(first)}${rest}`, findings };
}

export const hiddenFindings = ({ draft, basedOn }: ServiceEdit): readonly DraftFinding[] =>
  unknownSecrets(draft, basedOn).map((path) => ({
    severity: 'error',
    field: path.join('.'),
    message: 'is hidden here: type it again',
  }));
