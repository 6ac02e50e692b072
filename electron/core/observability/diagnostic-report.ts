/** The text that a user copies into a bug report: sections below a header that says what is hidden. Control characters are made
visible. Pure. */
import type { DiagnosticSection } from '../../../shared/control-contract.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import type { HideNames } from './pseudonyms.ts';
import type { Redact } from './redaction.ts';

export interface ReportEdges {
  readonly redact: Redact;
  readonly hideNames: HideNames;
}

const head = [
  'LocalPort diagnostics',
  'Secrets are hidden. Services, hosts, users, clusters and addresses have placeholders: a name',
  'has the same one everywhere, such as service-1 or name-2. Paths and words of other programs may',
  'still show names, so read this before you post it.',
];

/** Ends with a line feed. A section without lines is left out. */
export function diagnosticReport(
  sections: readonly DiagnosticSection[],
  { redact, hideNames }: ReportEdges,
): string {
  const shown = sections.filter(({ lines }) => lines.length > 0);
  const parts = [
    head.join('\n'),
    ...shown.map(({ title, lines }) =>
      [
        title,
        ...lines.map((line) => `  ${visibleText(hideNames(redact(line))).replaceAll('\n', '\n    ')}`),
      ].join('\n'),
    ),
  ];
  return `${parts.join('\n\n')}\n`;
}
