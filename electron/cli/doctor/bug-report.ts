/** `doctor --report`: the running LocalPort's own report, or what is known without one, and the doctor's findings. */
import type { DiagnosticSection } from '../../../shared/control-contract.ts';
import { collectDiagnostics, type DiagnosedState } from '../../core/host/diagnostics.ts';
import { diagnosticReport } from '../../core/observability/diagnostic-report.ts';
import { OpenLog } from '../../core/observability/open-log.ts';
import { createPseudonyms } from '../../core/observability/pseudonyms.ts';
import type { Redact } from '../../core/observability/redaction.ts';
import { loginName } from '../../core/process/login-shell.ts';
import { version } from '../../version.ts';
import { answerOf } from '../host-connection.ts';
import { logPath } from '../log-source.ts';
import { readOfflineStatus } from '../offline-status.ts';
import { findingLines, type Finding } from '../output/findings.ts';
import { plainPalette } from '../output/palette.ts';
import type { Examination } from './examination.ts';

export interface BugReportParts {
  readonly findings: readonly Finding[];
  /** For the config's secrets; the host has already hidden those that it knows. */
  readonly redact: Redact;
}

export async function bugReport(
  examination: Examination,
  { findings, redact }: BugReportParts,
): Promise<string> {
  const { context, client } = examination;
  const state: DiagnosedState =
    client === null ? await readOfflineStatus(context) : answerOf(await client.request('snapshot', {}));
  const checks = findingLines({ format: 'table', palette: plainPalette }, findings);
  const sections = [
    ...(await sectionsOf(examination, state)),
    { title: `Checks of localport ${version}, Node ${process.versions.node}`, lines: checks },
  ];
  const { homeDirectory } = context;
  const hideNames = createPseudonyms({ services: state.services, homeDirectory, userName: loginName() });
  return diagnosticReport(sections, { redact, hideNames });
}

/** A host knows more about itself than its files contain. One of an earlier version cannot be asked. */
async function sectionsOf(
  { context, client, environment }: Examination,
  state: DiagnosedState,
): Promise<readonly DiagnosticSection[]> {
  const answer = await client?.request('diagnostics', {});
  if (answer?.ok === true) return answer.value.sections;
  const { clock, paths, platform } = context;
  const logDirectory = state.host?.logDirectory ?? paths.logDirectory;
  return collectDiagnostics({
    clock,
    paths,
    platform,
    version,
    state,
    environment,
    openLog: (service) => OpenLog.open(logPath(logDirectory, service)),
  });
}
