/**
 * When to send a notification about an invalid config. Pure.
 *
 * 1. One notification from when the config becomes invalid until it is valid again, however often it is saved in between. This
 *    includes errors that exist at the start.
 * 2. It is sent once the errors have lasted for `configSettleMs`, because an editor may save in steps.
 */
import { problemText } from '../../shared/problem-text.ts';
import type { ConfigState } from '../../shared/service-snapshot.ts';
import { isConfigAtFault } from '../../shared/overview.ts';
import { visibleLine } from '../../shared/visible-text.ts';
import type { Notice } from './notice-words.ts';

export const configSettleMs = 1_500;
/** The topic of the notification, used to withdraw it. */
export const configNoticeAbout = 'config';

/** Times are monotonic ms. */
export type ConfigFault =
  { readonly kind: 'none' } | { readonly kind: 'seen'; readonly tellAt: number } | { readonly kind: 'told' };

export interface ConfigDecision {
  readonly fault: ConfigFault;
  readonly notice: Notice | null;
}

export function decideConfigNotice(before: ConfigFault, config: ConfigState, now: number): ConfigDecision {
  if (!isConfigAtFault(config)) return { fault: { kind: 'none' }, notice: null };
  const fault = before.kind === 'none' ? { kind: 'seen' as const, tellAt: now + configSettleMs } : before;
  if (fault.kind === 'told' || now < fault.tellAt) return { fault, notice: null };
  return { fault: { kind: 'told' }, notice: configNotice(config) };
}

function configNotice(config: ConfigState): Notice {
  const about = [configNoticeAbout];
  if (config.status === 'untrusted')
    return { title: 'The config is not trusted yet', body: 'Open LocalPort to review it', about };
  const errors = config.problems.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  const title = errors.length > 1 ? `The config has ${errors.length} errors` : 'The config has an error';
  const place = typeof first?.line === 'number' ? `Line ${first.line}: ` : '';
  const rest =
    config.status === 'partial'
      ? 'The other services are not affected'
      : 'The previous config is still in effect';
  return {
    title,
    body: first === undefined ? rest : `${place}${visibleLine(problemText(first))}. ${rest}`,
    about,
  };
}
