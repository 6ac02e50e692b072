/** The versions of the kubectl and ssh that children get. */
import { startChild, startErrorOf } from './child-start.ts';
import type { Environment } from './environment-block.ts';

export const versionArguments = {
  kubectl: ['version', '--client', '--output=json'],
  ssh: ['-V'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type VersionedTool = keyof typeof versionArguments;

const limits = { timeout: 10_000, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 } as const;

/** From kubectl's JSON, or from the beginning of ssh's stderr: `OpenSSH_9.2p1 Debian-2, OpenSSL 3.0`. */
export const versionIn = (text: string): string =>
  /"gitVersion":\s*"([^"]+)"/.exec(text)?.[1] ?? text.trim().split(/[,\n]/, 1)[0] ?? '';

/** The version, or a message why there is none. Never rejects. */
export async function readToolVersion(tool: VersionedTool, environment: Environment): Promise<string> {
  const started = startChild([tool, ...versionArguments[tool]], {
    env: environment,
    stdin: 'ignore',
    ...limits,
  });
  if (!started.ok) return started.error.message;
  const result = await started.value;
  if (result.exitCode === undefined) return startErrorOf(result).message;
  return versionIn(`${result.stdout}${result.stderr}`);
}
