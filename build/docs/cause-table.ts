/** The catalog of causes as a table, each in its wording without details. */
import {
  type Cause,
  causeCodes,
  describeCause,
  recheckDelaysMs,
  type TriggerKind,
} from '../../shared/failure.ts';
import { formatDuration } from '../../shared/config-scalars.ts';
import { code, markdownTable } from './markdown-table.ts';

export const causeTable = (): string =>
  markdownTable(
    ['code', 'what happened', 'fix', 'LocalPort retries'],
    causeCodes.map((causeCode) => {
      const cause = describeCause(causeCode);
      return [code(causeCode), asText(cause.title), asText(cause.remedy ?? ''), retriesOf(cause)];
    }),
  );

function retriesOf({ recheck, triggers }: Cause): string {
  const times = recheck === null ? 'with growing delays' : recheckWords(recheckDelaysMs[recheck]);
  const moments = triggers.flatMap((trigger) => triggerWords[trigger]);
  if (recheck !== null && recheckDelaysMs[recheck].length === 0 && moments.length === 0) return times;
  return [times, ...moments].join('; ');
}

function recheckWords(delaysMs: readonly number[]): string {
  const last = delaysMs.at(-1);
  if (last === undefined) return 'only when you ask';
  const first = delaysMs.slice(0, -1).map(formatDuration);
  return first.length === 0
    ? `every ${formatDuration(last)}`
    : `after ${first.join(', ')}, then every ${formatDuration(last)}`;
}

/**
 * Config changes and the user always trigger a retry, and a network change, a wake, or a client ends every growing
 * delay.
 */
const triggerWords: Readonly<Record<TriggerKind, readonly string[]>> = {
  network: ['when the network changes'],
  wake: ['after a wake'],
  credentials: ['when credentials change'],
  port: ['when the port is free'],
  'transport-up': ['when the connection is back'],
  demand: ['when a client connects'],
  config: [],
  user: [],
};

/** Placeholders in angle brackets or braces are text, not HTML. */
const asText = (words: string): string =>
  words.replaceAll(/\$?\{[^}]+\}/g, (found) => `\`${found}\``).replaceAll('  ', ' ');
