import { findOnPath } from '../../core/process/find-on-path.ts';
import { versionArguments, versionIn, type VersionedTool } from '../../core/process/tool-versions.ts';
import { bad, fine, type Finding } from '../output/findings.ts';
import { lastLine, runTool } from '../tool-run.ts';
import type { Check, Examination } from './examination.ts';

const versionMs = 10_000;

interface Tool {
  /** Also the technology that needs it. */
  readonly name: VersionedTool;
  readonly fix: string;
}

const tools: readonly Tool[] = [
  {
    name: 'kubectl',
    fix: "Install kubectl, or put it on your login shell's PATH.",
  },
  { name: 'ssh', fix: 'Install OpenSSH.' },
];

/** kubectl and ssh, where the host's children look for them; one that no service needs may be missing. */
export const checkTools: Check = (examination) =>
  Promise.all(tools.map((tool) => checkTool(tool, examination)));

async function checkTool(tool: Tool, { context, environment, services }: Examination): Promise<Finding> {
  const { name, fix } = tool;
  const file = await findOnPath(name, environment);
  if (file === null) {
    const isNeeded = services.some(({ connection }) => connection.technology === name);
    return isNeeded ? bad(name, 'was not found', fix) : fine(name, 'was not found, and no service needs it');
  }
  const run = await runTool({ ...context, env: environment }, [file, ...versionArguments[name]], versionMs);
  if (run.exitCode !== 0) return bad(name, `${file}: ${lastLine(run.stderr)}`, fix);
  return fine(name, `${versionIn(`${run.stdout}${run.stderr}`)} (${file})`);
}
