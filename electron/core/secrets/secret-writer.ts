/** Stores one secret in the platform's secret store, and removes it again. */
import { err, ok, type Result } from '../../../shared/result.ts';
import { readSecret, type ReaderParts } from './secret-reader.ts';
import { removeCall, storeCall, type ToolAnswer } from './secret-tools.ts';

export interface WriteFailure {
  /** `security`, `secret-tool` */
  readonly program: string;
  /** The program is not installed. */
  readonly isMissing: boolean;
  /** The message of the program, or our own. */
  readonly reason: string;
}

/** Fails unless the secret can be read back unchanged. */
export async function storeSecret(
  name: string,
  value: string,
  parts: ReaderParts,
): Promise<Result<void, WriteFailure>> {
  const call = storeCall(name, value, parts.platform);
  const [program] = call.argv;
  const answer = await parts.run(call);
  if (answer.exitCode !== 0) return err(failureOf(program, answer));
  const found = await readSecret({ kind: 'keychain', name }, parts);
  if (found.ok && found.value === value) return ok(undefined);
  const reason = `${program} stored ${name}, but returns a different value`;
  return err({ program, isMissing: false, reason });
}

export async function removeSecret(
  name: string,
  { run, platform }: ReaderParts,
): Promise<Result<void, WriteFailure>> {
  const { argv } = removeCall(name, platform);
  const answer = await run({ argv });
  return answer.exitCode === 0 ? ok(undefined) : err(failureOf(argv[0], answer));
}

function failureOf(program: string, { isMissing, stderr, exitCode }: ToolAnswer): WriteFailure {
  const lastWords = stderr.trim().split('\n').at(-1)?.trim() ?? '';
  const reason = lastWords === '' ? `${program} ended with exit code ${String(exitCode)}` : lastWords;
  return { program, isMissing, reason };
}
