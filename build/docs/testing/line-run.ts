/** Runs one command line to its end. */
import { spawn } from 'node:child_process';

export interface LineRun {
  /** null: it had to be killed, by its deadline or by something else. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface LineStart {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** It runs until Ctrl-C, which is sent once it has printed something; if it prints nothing, it fails. */
  readonly isEndless: boolean;
  readonly timeoutMs?: number;
}

export function runLine({
  argv: [program, ...args],
  cwd,
  env,
  isEndless,
  timeoutMs = 100_000,
}: LineStart): Promise<LineRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, detached: true, stdio: 'pipe' });
    let [out, err] = ['', ''];
    const end = (signal: NodeJS.Signals): void => {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
        process.kill(-child.pid, signal);
    };
    const timeout = setTimeout(() => {
      err += `\nstill running after ${timeoutMs / 1_000} s`;
      end('SIGKILL');
    }, timeoutMs);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      if (isEndless) end('SIGINT');
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.stdin.on('error', () => undefined).end('y\n');
    child.once('error', reject).once('close', (code, signal) => {
      clearTimeout(timeout);
      const isInterrupted = code === 130 || signal === 'SIGINT';
      if (!isEndless) resolve({ code, out, err });
      else if (out === '') resolve({ code: null, out, err: `${err}\nit printed nothing` });
      else resolve({ code: isInterrupted ? 0 : code, out, err });
    });
  });
}
