/** The notice about the config file above the list; usually none. */
import { assertNever } from '../shared/result.ts';
import { problemText } from '../shared/problem-text.ts';
import { visibleLine } from '../shared/visible-text.ts';
import type { ConfigProblem, ConfigReview, Snapshot } from '../shared/service-snapshot.ts';

/** More would not help: files are fixed from the top. */
const maxProblemsShown = 3;

export interface ConfigNoticeView {
  readonly kind: 'broken' | 'warnings' | 'untrusted';
  readonly title: string;
  readonly text: string | null;
  readonly problems: readonly ProblemView[];
  /** `and 4 more` */
  readonly more: string | null;
  readonly button: string;
  /** Where the button opens the file; null: the file as a whole. */
  readonly line: number | null;
  /** What the config would do, and the text that Trust applies to; absent: there is nothing to trust. */
  readonly review?: ReviewView;
}

interface ReviewView {
  readonly digest: string;
  readonly lines: readonly string[];
}

export interface ProblemView {
  /** `line 41` */
  readonly place: string | null;
  /** `warehouse: local_port: 70000 is above 65535` */
  readonly text: string;
}

/** null: the file is valid. */
export function configNoticeOf({
  config,
  services,
}: Pick<Snapshot, 'config' | 'services'>): ConfigNoticeView | null {
  const errors = config.problems.filter(({ severity }) => severity === 'error');
  const warnings = config.problems.filter(({ severity }) => severity === 'warning');
  switch (config.status) {
    case 'welcome':
      return null;
    case 'untrusted':
      return {
        kind: 'untrusted',
        title:
          config.review?.isChanged === true
            ? 'The config changed: review and trust'
            : 'A new config: review and trust',
        text: `${visibleLine(config.path ?? '')} was found in the current folder. ${
          services.length === 0
            ? 'Nothing in it runs until you trust it'
            : 'The previous config is still in effect'
        }`,
        problems: [],
        more: null,
        button: 'Open Config',
        line: null,
        ...(config.review === undefined ? {} : { review: reviewView(config.review) }),
      };
    case 'broken':
      return {
        kind: 'broken',
        title:
          errors.length === 0 ? 'The config cannot be used' : `The config has ${counted(errors, 'error')}`,
        text:
          services.length === 0
            ? 'Nothing is running until you fix it'
            : 'The previous config is still in effect',
        ...shown(errors),
      };
    case 'partial':
      return {
        kind: 'broken',
        title: `The config has ${counted(errors, 'error')}`,
        text: 'The other services are not affected',
        ...shown(errors),
      };
    case 'loaded':
      if (warnings.length === 0) return null;
      return {
        kind: 'warnings',
        title: `The config has ${counted(warnings, 'warning')}`,
        text: null,
        ...shown(warnings),
      };
    default:
      return assertNever(config.status, 'config status');
  }
}

const reviewView = ({ digest, services }: ConfigReview): ReviewView => ({
  digest,
  lines: [
    ...services.flatMap(({ name, listensOn, leadsTo, runs, sends }) => [
      `${name}: ${listensOn} → ${leadsTo}`,
      ...[...new Set(runs)].map((command) => `${name} runs ${command}`),
      ...sends.map((secret) => `${name} sends ${secret} there`),
    ]),
    ...(services.length === 0 ? ['It has no services'] : []),
  ],
});

const counted = (problems: readonly ConfigProblem[], noun: string): string =>
  problems.length === 1 ? `1 ${noun}` : `${problems.length} ${noun}s`;

type ShownProblems = Pick<ConfigNoticeView, 'problems' | 'more' | 'button' | 'line'>;

const shown = (problems: readonly ConfigProblem[]): ShownProblems => ({
  ...firstPlace(problems),
  problems: problems.slice(0, maxProblemsShown).map((problem) => ({
    place: problem.line === null ? null : `line ${problem.line}`,
    text: visibleLine(problemText(problem)),
  })),
  more: problems.length > maxProblemsShown ? `and ${problems.length - maxProblemsShown} more` : null,
});

/** The first line with an error: files are fixed from the top. */
function firstPlace(problems: readonly ConfigProblem[]): Pick<ConfigNoticeView, 'button' | 'line'> {
  const line = problems.find((problem) => problem.line !== null)?.line ?? null;
  return { button: line === null ? 'Open Config' : `Edit Line ${line}`, line };
}
