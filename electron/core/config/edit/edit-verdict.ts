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
  /** The findings of the services that were added together with it. */
  readonly more: readonly (readonly DraftFinding[])[];
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
  const { index, names } = edited;
  const own = edited.after === null ? [] : [index, ...edited.more.map((_, at) => index + 1 + at)];
  const problems = problemsOf(compiled);
  const others = problems.filter(
    (problem) => problem.severity === 'error' && !own.some((at) => isOf(problem, at)),
  );
  const known =
    others.length === 0 ? new Set<string>() : await knownProblems(former, edited.formerNames, compileText);
  const caused = others.filter((problem) => !known.has(identityOf(problem, edited.names)));
  const findingsOf = (at: number | null): readonly DraftFinding[] => [
    ...problems.filter((problem) => isOf(problem, at)).map((problem) => findingOf(problem, names)),
    ...caused.flatMap((problem) => {
      const taking = takingOf(problem, own);
      return taking === null || taking.index === at ? describeConsequence(problem, names, taking) : [];
    }),
  ];
  const name = own.length === 0 ? null : withValues(names[index] ?? '', context.env);
  const service = compiled.ok
    ? (compiled.value.config.services.find((spec) => spec.name === name) ?? null)
    : null;
  const [findings = findingsOf(null), ...more] = own.map(findingsOf);
  const isSound = findings.every(({ severity }) => severity === 'warning');
  return { findings, service: isSound ? service : null, more };
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

const isOf = ({ path }: ConfigProblem, index: number | null): boolean =>
  entryPath.exec(path)?.[1] === String(index);

function findingOf({ severity, path, message }: ConfigProblem, names: readonly string[]): DraftFinding {
  const [, , field = ''] = entryPath.exec(path) ?? [];
  return { severity, field, message: field === 'name' ? withTaken(message) : withNames(message, names) };
}

/** Words the error of a name that another service has. */
const withTaken = (message: string): string =>
  message.replace(/^(.*) is taken by services\[\d+\] in line \d+$/, 'there is already a service $1');

interface Taking {
  /** The new service that has the name, port, or socket. */
  readonly index: number;
  readonly value: string;
}

/** If a new service takes the name or port of another one, the error is attributed to the new one. */
function takingOf({ message }: ConfigProblem, own: readonly number[]): Taking | null {
  const [, value = '', index] = /^(.*) is taken by (?:.* \()?services\[(\d+)\]/.exec(message) ?? [];
  return own.includes(Number(index)) ? { index: Number(index), value } : null;
}

/** An error that is not in one of the edited services. */
function describeConsequence(
  { path, line, message }: ConfigProblem,
  names: readonly string[],
  taking: Taking | null,
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
  if (taking !== null) {
    const { value } = taking;
    return {
      severity: 'error',
      field,
      message: field === 'name' ? `there is already a service ${value}` : `${value} is taken by ${name}`,
    };
  }
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
