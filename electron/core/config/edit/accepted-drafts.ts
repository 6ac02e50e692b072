/** New services that the config accepts together, as one edit. */
import { err, type Result } from '../../../../shared/result.ts';
import type {
  DraftFinding,
  EditRefusal,
  EditResponse,
  ServiceDraft,
} from '../../../../shared/service-edit.ts';
import { nameOf } from './draft-path.ts';
import { hiddenFindings, refusal, refused } from './edit-refusal.ts';
import { errorsOf, type EditVerdict } from './edit-verdict.ts';
import type { WorkedText } from './text-work.ts';

export type AcceptedDrafts = Pick<EditResponse<'addAll'>, 'names' | 'refusals'> & {
  readonly edited: Result<WorkedText, EditRefusal>;
};

export interface Trying {
  /** Adds these services to the current text. */
  readonly edit: (drafts: readonly ServiceDraft[]) => Promise<Result<WorkedText, string>>;
  readonly judge: (edited: WorkedText) => Promise<EditVerdict>;
}

/** Tries all of them, and then those that had no error, until none has. */
export async function acceptDrafts(
  drafts: readonly ServiceDraft[],
  { edit, judge }: Trying,
): Promise<AcceptedDrafts> {
  let findings = drafts.map((draft) => hiddenFindings({ draft, basedOn: null }));
  let kept = drafts;
  const refusals: { readonly name: string; readonly message: string }[] = [];
  for (;;) {
    const faults = findings.map(messageOf);
    for (const [at, message] of faults.entries())
      if (message !== null) refusals.push({ name: nameOf(kept[at] ?? {}), message });
    kept = kept.filter((_, at) => faults[at] === null);
    const names = kept.map(nameOf);
    if (kept.length === 0) return { names, refusals, edited: err(refused('no service is accepted')) };
    const edited = await edit(kept);
    if (!edited.ok) return { names, refusals, edited: err(refused(edited.error)) };
    const verdict = await judge(edited.value);
    findings = [verdict.findings, ...verdict.more].map((found) => [...found]);
    if (findings.every((found) => messageOf(found) === null)) return { names, refusals, edited };
  }
}

/** null: the service has no error. */
const messageOf = (findings: readonly DraftFinding[]): string | null =>
  errorsOf(findings).length === 0 ? null : refusal(findings).message;
