import type { LoadedConfig } from '../../core/config/config-compiler.ts';
import { createRedactor } from '../../core/observability/redaction.ts';
import type { Action, CommandContext } from '../command-context.ts';
import { findConfigFile } from '../config-choice.ts';
import { isTrusted } from '../config-trust.ts';
import { readConfig } from '../configured-services.ts';
import { checkAgent } from '../doctor/agent-check.ts';
import { checkConfig } from '../doctor/config-check.ts';
import { examineLoginShell } from '../doctor/environment-check.ts';
import type { Check, Examination } from '../doctor/examination.ts';
import { checkHost } from '../doctor/host-check.ts';
import { checkLocalNetwork } from '../doctor/local-network-check.ts';
import { checkInstalledDaemon } from '../doctor/installed-daemon-check.ts';
import { checkNeeds, checkServices } from '../doctor/needs-check.ts';
import { checkPath } from '../doctor/path-check.ts';
import { checkPermissions } from '../doctor/permission-check.ts';
import { checkPlugins } from '../doctor/plugin-check.ts';
import { checkPorts } from '../doctor/port-check.ts';
import { checkTools } from '../doctor/tool-check.ts';
import { exitCode } from '../exit-code.ts';
import { findHost } from '../host-connection.ts';
import { reportFindings } from '../output/findings.ts';

const checks: readonly Check[] = [
  checkHost,
  checkInstalledDaemon,
  checkPath,
  checkConfig,
  checkTools,
  checkAgent,
  checkPlugins,
  checkNeeds,
  checkServices,
  checkPorts,
  checkLocalNetwork,
  checkPermissions,
];

export interface DoctorOptions {
  readonly report?: true;
}

/** Checks everything that forwards depend on: each item is OK or comes with a fix. */
export const doctor: Action<DoctorOptions> = async (context, { report }) => {
  const [{ environment, finding }, client] = await Promise.all([
    examineLoginShell(context),
    findHost(context),
  ]);
  try {
    const { services, secrets } = await readTrusted(context, environment);
    const examination: Examination = { context, environment, services, client };
    const found = await Promise.all(checks.map((check) => check(examination)));
    const findings = [finding, ...found.flat()];
    if (report !== true) return reportFindings(context, findings);
    const { bugReport } = await import('../doctor/bug-report.ts');
    const text = await bugReport(examination, { findings, redact: createRedactor(secrets) });
    context.print(...text.trimEnd().split('\n'));
    return exitCode.ok;
  } finally {
    client?.close();
  }
};

type Trusted = Pick<LoadedConfig, 'services' | 'secrets'>;

const nothing: Trusted = { services: [], secrets: [] };

async function readTrusted(context: CommandContext, env: Examination['environment']): Promise<Trusted> {
  const found = findConfigFile(context);
  if (found === null) return nothing;
  const loaded = await readConfig({ ...context, env }, found.path);
  // Checked items may be executed: a key's agent, a cluster's plugin.
  return loaded.ok && (await isTrusted(context, found, loaded.value.identity)) ? loaded.value : nothing;
}
