/** The compiler's verdict on an edited text: problems of the service by field, and all others as a reason to refuse. */
import type { Result } from '../../../../shared/result.ts';
import type { DraftFinding } from '../../../../shared/service-edit.ts';
import type { ConfigProblem } from '../../../../shared/service-snapshot.ts';
import type { ServiceSpec } from '../../../../shared/service-spec.ts';
import type { CompileContext, CompiledConfig, ConfigCompiler } from '../config-compiler.ts';
import { withValues } from '../environment-substitution.ts';
import type { WorkedText } from './text-work.ts';

export interface EditVerdict {
  readonly findings: readonly DraftFinding[];
  /** As it would run; null: it is gone, or has errors. */
  readonly service: ServiceSpec | null;
}

export interface Judging {
  readonly compile: ConfigCompiler;
  readonly context: CompileContext;
  readonly signal: AbortSignal;
}

type Compiled = Result<CompiledConfig, readonly ConfigProblem[]>;

export async function judgeEdit(
  former: string,
  edited: WorkedText,
  { compile, context, signal }: Judging,
): Promise<EditVerdict> {
  const compileText = (text: string): Promise<Compiled> =>
    compile(text, { ...context, salvage: true }, signal);
  const compiled = await compileText(edited.text);
  const own = edited.after === null ? null : edited.index;
  const problems = problemsOf(compiled);
  const findings = problems.flatMap((problem) => findingOf(problem, own, edited.names) ?? []);
  const others = problems.filter(
    (problem) => problem.severity === 'error' && findingOf(problem, own, edited.names) === null,
  );
  const known =
    others.length === 0 ? new Set<string>() : await knownProblems(former, edited.formerNames, compileText);
  const caused = others.filter((problem) => !known.has(identityOf(problem, edited.names)));
  const { index, names } = edited;
  const consequences = caused.map((problem) => describeConsequence(problem, { index: own, names }));
  const name = own === null ? null : withValues(names[index] ?? '', context.env);
  const service = compiled.ok
    ? (compiled.value.config.services.find((spec) => spec.name === name) ?? null)
    : null;
  const all = [...findings, ...consequences];
  const isSound = all.every(({ severity }) => severity === 'warning');
  return { findings: all, service: isSound ? service : null };
}

const problemsOf = (compiled: Compiled): readonly ConfigProblem[] =>
  compiled.ok ? compiled.value.config.warnings : compiled.error;

async function knownProblems(
  text: string,
  names: readonly string[],
  compileText: (text: string) => Promise<Compiled>,
): Promise<ReadonlySet<string>> {
  return new Set(problemsOf(await compileText(text)).map((problem) => identityOf(problem, names)));
}

/** Without lines and indices, which change. */
function identityOf({ path, message }: ConfigProblem, names: readonly string[]): string {
  const [, index, field] = entryPath.exec(path) ?? [];
  const place = index === undefined ? path : `${names[Number(index)] ?? ''}.${field ?? ''}`;
  return `${place}: ${withNames(message, names).replaceAll(/line \d+/g, 'line')}`;
}

const entryPath = /^services\[(\d+)\]\.?(.*)$/;

/** null: the problem does not belong to the service. */
function findingOf(
  { severity, path, message }: ConfigProblem,
  own: number | null,
  names: readonly string[],
): DraftFinding | null {
  const [, index, field = ''] = entryPath.exec(path) ?? [];
  if (own === null || index !== String(own)) return null;
  return { severity, field, message: field === 'name' ? withTaken(message) : withNames(message, names) };
}

/** Words the error of a name that another service has. */
const withTaken = (message: string): string =>
  message.replace(/^(.*) is taken by services\[\d+\] in line \d+$/, 'there is already a service $1');

interface EditedEntries {
  readonly index: number | null;
  readonly names: readonly string[];
}

/** If this service causes an error in another one, for example by taking its port, the error is attributed to this one. */
function describeConsequence(
  { path, line, message }: ConfigProblem,
  { index, names }: EditedEntries,
): DraftFinding {
  const [, other, field = ''] = entryPath.exec(path) ?? [];
  if (other === undefined) {
    const place = line === null ? '' : ` (line ${line})`;
    return {
      severity: 'error',
      field: '',
      message: `the file has an error${place}: ${withPath(path, message)}`,
    };
  }
  const name = names[Number(other)] ?? '';
  const [, value] =
    new RegExp(`^(.*) is taken by (?:.* \\()?services\\[${String(index)}\\]`).exec(message) ?? [];
  if (value !== undefined)
    return {
      severity: 'error',
      field,
      message: field === 'name' ? `there is already a service ${value}` : `${value} is taken by ${name}`,
    };
  return {
    severity: 'error',
    field: '',
    message: `${name} would have an error: ${withPath(field, withNames(message, names))}`,
  };
}

const withPath = (path: string, message: string): string => (path === '' ? message : `${path}: ${message}`);

/** `services[3] in line 12` means nothing to a user who does not see the file. */
const withNames = (message: string, names: readonly string[]): string =>
  message
    .replace(/ \(services\[\d+\], line \d+\)$/, '')
    .replaceAll(/services\[(\d+)\] in line \d+/g, (whole, index: string) => names[Number(index)] ?? whole);

export const errorsOf = (findings: readonly DraftFinding[]): readonly DraftFinding[] =>
  findings.filter(({ severity }) => severity === 'error');

/** `local_port: 70000 is above 65535` */
export const describeFinding = ({ field, message }: DraftFinding): string => withPath(field, message);
