/** The versions of the kubectl and ssh that children get. */
import type { Environment } from './environment-block.ts';
import { runProgram } from './program-run.ts';

export const versionArguments = {
  kubectl: ['version', '--client', '--output=json'],
  ssh: ['-V'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type VersionedTool = keyof typeof versionArguments;

const limits = { timeoutMs: 10_000, maxOutputBytes: 64 * 1024 };

/** From kubectl's JSON, or from the beginning of ssh's stderr: `OpenSSH_9.2p1 Debian-2, OpenSSL 3.0`. */
export const versionIn = (text: string): string =>
  /"gitVersion":\s*"([^"]+)"/.exec(text)?.[1] ?? text.trim().split(/[,\n]/, 1)[0] ?? '';

/** The version, or a message why there is none. Never rejects. */
export async function readToolVersion(tool: VersionedTool, environment: Environment): Promise<string> {
  const run = await runProgram([tool, ...versionArguments[tool]], { env: environment, ...limits });
  if (run.hasTimedOut) return `no answer within ${limits.timeoutMs / 1_000} s`;
  if (run.exitCode === null) return run.startError?.message ?? run.failure;
  return versionIn(`${run.stdout}${run.stderr}`);
}
