/** Reads one secret from its store, or says why it could not be read. */
import { type Cause, describeCause } from '../../../shared/failure.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import { setCommand, type SecretReference } from '../../../shared/secret-reference.ts';
import { readCall, readInDetailCall, type RunTool, type ToolAnswer } from './secret-tools.ts';

export interface ReaderParts {
  readonly run: RunTool;
  readonly platform: NodeJS.Platform;
}

/** errSecItemNotFound, as `security` exits with it. */
const notFoundExitCode = 44;

const packageOf: Readonly<Record<string, string>> = {
  'secret-tool': 'secret-tool (package libsecret-tools)',
};

export const referenceText = (reference: SecretReference): string =>
  reference.kind === 'keychain' ? `keychain:${reference.name}` : reference.place;

export async function readSecret(
  reference: SecretReference,
  { run, platform }: ReaderParts,
): Promise<Result<string, Cause>> {
  const call = readCall(reference, platform);
  const answer = await run(call);
  const [program] = call.argv;
  // `password: …` would be hidden as the password itself.
  const evidence = referenceText(reference);
  if (answer.isMissing)
    return err(describeCause('binary-missing', { what: packageOf[program] ?? program, evidence }));
  if (answer.exitCode !== 0) return err(failureOf(reference, program, answer));
  const value = answer.stdout.replace(/\r?\n$/, '');
  if (value === '') return err(missing(reference, evidence));
  if (/[\n\r\0]/.test(value)) return err(unreadable(reference, program, 'it has several lines'));
  const text = program === 'security' ? decodedHex(value) : null;
  return ok(
    text !== null && reference.kind === 'keychain' && (await isHex(reference.name, run)) ? text : value,
  );
}

function failureOf(reference: SecretReference, program: string, answer: ToolAnswer): Cause {
  const lastWords = answer.stderr.trim().split('\n').at(-1)?.trim() ?? '';
  const isMissing =
    reference.kind === 'keychain' &&
    (program === 'security'
      ? answer.exitCode === notFoundExitCode
      : lastWords === '' && answer.exitCode === 1);
  return isMissing
    ? missing(reference, referenceText(reference))
    : unreadable(reference, program, lastWords === '' ? `exit code ${String(answer.exitCode)}` : lastWords);
}

const missing = (reference: SecretReference, evidence: string): Cause =>
  reference.kind === 'keychain'
    ? describeCause('secret-missing', { what: reference.name, command: setCommand(reference.name), evidence })
    : unreadable(reference, 'op', 'it is empty');

const unreadable = (reference: SecretReference, program: string, reason: string): Cause =>
  describeCause('secret-unreadable', {
    what: referenceText(reference),
    evidence: reason.startsWith(`${program}: `) ? reason : `${program}: ${reason}`,
    // The program asks the user to unlock something, which must not happen repeatedly.
    asksUser: program !== 'secret-tool',
    command: program === 'op' ? 'op signin' : undefined,
  });

/** The text that `security` prints as these digits; null: none. */
function decodedHex(digits: string): string | null {
  if (!/^(?:[0-9a-f]{2})+$/i.test(digits)) return null;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(digits, 'hex'));
    return /[^ -~]/.test(text) ? text : null;
  } catch {
    return null;
  }
}

const isHex = async (name: string, run: RunTool): Promise<boolean> =>
  /^password: 0x[0-9A-F]+ /m.test((await run(readInDetailCall(name))).stderr);
