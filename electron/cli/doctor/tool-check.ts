import type { Technology } from '../../../shared/service-spec.ts';
import { bad, fine, type Finding } from '../output/findings.ts';
import { lastLine, runTool } from '../tool-run.ts';
import type { Check, Examination } from './examination.ts';
import { findProgram } from './program-search.ts';

const versionMs = 10_000;

interface Tool {
  readonly name: string;
  readonly usedBy: Technology;
  readonly versionArguments: readonly string[];
  readonly mend: string;
}

const tools: readonly Tool[] = [
  {
    name: 'kubectl',
    usedBy: 'kubectl',
    versionArguments: ['version', '--client', '--output=json'],
    mend: "Install kubectl, or put it on your login shell's PATH.",
  },
  { name: 'ssh', usedBy: 'ssh', versionArguments: ['-V'], mend: 'Install OpenSSH.' },
];

/** kubectl and ssh, where the host's children look for them; one that no service needs may be missing. */
export const checkTools: Check = async (examination) => {
  const programs = await Promise.all(tools.map((tool) => checkTool(tool, examination)));
  return [...programs, ...(await checkCommands(examination))];
};

async function checkTool(tool: Tool, { context, environment, services }: Examination): Promise<Finding> {
  const { name, usedBy, versionArguments, mend } = tool;
  const file = await findProgram(name, environment['PATH']);
  if (file === null) {
    const isNeeded = services.some(({ connection }) => connection.technology === usedBy);
    return isNeeded ? bad(name, 'was not found', mend) : fine(name, 'was not found, and no service needs it');
  }
  const run = await runTool({ ...context, env: environment }, [file, ...versionArguments], versionMs);
  if (run.exitCode !== 0) return bad(name, `${file}: ${lastLine(run.stderr)}`, mend);
  return fine(name, `${versionIn(`${run.stdout}${run.stderr}`)} (${file})`);
}

/** kubectl's JSON, or the first words that ssh says on stderr: `OpenSSH_9.2p1 Debian-2, OpenSSL 3.0`. */
const versionIn = (text: string): string =>
  /"gitVersion":\s*"([^"]+)"/.exec(text)?.[1] ?? text.trim().split(/[,\n]/, 1)[0] ?? '';

/** The programs of `command` services. */
async function checkCommands({ environment, services }: Examination): Promise<readonly Finding[]> {
  const findings = await Promise.all(
    services.map(async ({ name, connection }): Promise<readonly Finding[]> => {
      if (connection.technology !== 'command') return [];
      const [program] = connection.argv;
      if ((await findProgram(program, environment['PATH'])) !== null) return [];
      return [
        bad(
          name,
          `its program ${program} was not found`,
          `Install it, or put it on your login shell's PATH.`,
        ),
      ];
    }),
  );
  return findings.flat();
}
