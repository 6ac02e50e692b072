import { compileConfig, type LoadedConfig } from '../config-compiler.ts';
import { formatProblem } from '../config-problem.ts';

export const testConfigPath = '/etc/lp/localport.yaml';

type Variables = Readonly<Record<string, string>>;

export const compileText = (text: string, env: Variables = {}): ReturnType<typeof compileConfig> =>
  compileConfig(text, { path: testConfigPath, env, homeDirectory: '/home/me' });

/** The compiled config of a valid text; throws its errors otherwise. */
export function loadText(text: string, env: Variables = {}): LoadedConfig {
  const result = compileText(text, env);
  if (!result.ok)
    throw new Error(result.error.map((problem) => formatProblem(problem, testConfigPath)).join('\n'));
  return result.value.config;
}

/** All problems of a text, as the user sees them. */
export function complaintsOf(text: string, env: Variables = {}): readonly string[] {
  const result = compileText(text, env);
  const problems = result.ok ? result.value.config.warnings : result.error;
  return problems.map((problem) => `${problem.severity} ${formatProblem(problem, testConfigPath)}`);
}

/** A config with one valid ssh service in lines 2 to 6, of which a test changes one part. `more` follows in line 7. */
export const sshConfig = (more = ''): string => `services:
  - name: db
    technology: ssh
    local_port: 5432
    remote_port: 5432
    connection: {host: bastion}
${more}`;

/** One line under `services:`. */
export const tcpEntry = (name: string, localPort: number, more = ''): string =>
  `  - {name: ${name}, technology: tcp, local_port: ${localPort}, remote_port: 1, connection: {host: h}${more}}\n`;
