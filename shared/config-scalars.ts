/**
 * The scalars of the config file. Each accepts what LocalPort 0.3.7 accepted: a number written as text (a substituted
 * variable in quotes), a Boolean in words, a duration as a bare number of seconds. Messages say what was found and what is allowed.
 */
import * as z from 'zod';
import { isPortName, portNamePattern } from './kube-target.ts';
import { firstUnseen, visibleText } from './visible-text.ts';

/**
 * A plain YAML scalar that parses as a number or a Boolean, together with its source text: in a text field, `0123`, `1.10`
 * and `yes` mean those characters; in a number field, the first two mean 83 and 1.1; in a flag, the last one means true.
 */
export class PlainScalar {
  readonly value: number | boolean;
  readonly source: string;

  constructor(value: number | boolean, source: string) {
    this.value = value;
    this.source = source;
  }
}

const maxShownCharacters = 60;

/** Describes a value that was found: `"abc"`, `70000`, `a list`. */
export function showValue(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (value instanceof PlainScalar) return value.source;
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return 'a mapping';
  const shown = value.length <= maxShownCharacters ? value : `${value.slice(0, maxShownCharacters)}…`;
  return visibleText(JSON.stringify(shown));
}

const asText = (value: unknown): unknown => {
  if (value instanceof PlainScalar) return value.source;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
};

const asNumber = (value: unknown): unknown => {
  if (value instanceof PlainScalar) return value.value;
  return typeof value === 'string' && /^\s*[-+]?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value;
};

const asFlag = (value: unknown): unknown => {
  if (value instanceof PlainScalar) return value.value;
  if (typeof value !== 'string') return value;
  if (/^(true|yes|on)$/i.test(value)) return true;
  return /^(false|no|off)$/i.test(value) ? false : value;
};

/** A mapping with these keys; others are dropped. zod alone would accept a PlainScalar as an object. */
export const mapping = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.preprocess((value) => (value instanceof PlainScalar ? value.value : value), z.object(shape));

export const text = (maxLength = 2000) => z.preprocess(asText, z.string().max(maxLength));

/** Text of several lines that is shown to users. */
export const shownText = (maxLength = 2000) =>
  z.preprocess(
    asText,
    z
      .string()
      .max(maxLength)
      .superRefine((value, context) => {
        const withoutLayout = value.replaceAll(/\r?\n|\t/g, ' ');
        const fault = unseenFault(withoutLayout);
        if (fault !== null) context.addIssue({ code: 'custom', message: `${showValue(value)} ${fault}` });
      }),
  );

/** The same on one line: a name, a path, a program. */
export const shownLine = (maxLength = 2000) =>
  z.preprocess(asText, z.string().max(maxLength).superRefine(refuseUnseen));

export const nonEmptyLine = (maxLength = 2000) =>
  z.preprocess(asText, z.string().trim().min(1).max(maxLength).superRefine(refuseUnseen));

/** Control characters and invisible characters can make one text look like another. */
export function unseenFault(value: string): string | null {
  const unseen = firstUnseen(value);
  if (unseen === null) return null;
  const isControl = /^\\(?:[nrt]|u00[01]|u007f|u00[89])/.test(unseen);
  return isControl ? 'contains a control character' : `contains ${unseen}, a character that cannot be seen`;
}

export function refuseUnseen(value: string, context: z.core.$RefinementCtx): void {
  const fault = unseenFault(value);
  if (fault !== null) context.addIssue({ code: 'custom', message: `${showValue(value)} ${fault}` });
}

export const flag = z.preprocess(asFlag, z.boolean());

export const port = z.preprocess(asNumber, z.int().min(1).max(65535));

/** `auto`: LocalPort chooses. */
export const portOrAuto = z.union([port, z.literal('auto')]);

/** A port number, or the name that a Kubernetes service or pod gives the port. */
export const portOrName = z.preprocess(
  asNumber,
  z.union([
    z.int().min(1).max(65535),
    z
      .string()
      .superRefine((value, context) => {
        if (isPortName(value)) return;
        const message = `${showValue(value)} is neither a number nor the name of a port`;
        context.addIssue({ code: 'custom', message });
      })
      .meta({ pattern: portNamePattern }),
  ]),
);

/** 0.3.7 allowed fractional thresholds: they are reached at the next whole number. */
export const count = (min: number, max: number) =>
  z.preprocess(asNumber, z.number().min(min).max(max)).transform(Math.ceil);

export const factor = (min: number, max: number) => z.preprocess(asNumber, z.number().min(min).max(max));

export const choice = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.preprocess(asText, z.enum(values));

/** 0.3.7 treated an empty string as unset. */
export const emptyAsAbsent = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());

export const oneOrMany = <Item extends z.ZodType>(item: Item) =>
  z.preprocess((value) => (value === undefined || Array.isArray(value) ? value : [value]), z.array(item));

/** Text that becomes one argument of a child process: it cannot be mistaken for an option or hide anything. */
export const argument = z.preprocess(
  asText,
  z
    .string()
    .min(1)
    .max(500)
    .superRefine((value, context) => {
      const fault = argumentFault(value);
      if (fault !== null) context.addIssue({ code: 'custom', message: `${showValue(value)} ${fault}` });
    }),
);

function argumentFault(value: string): string | null {
  if (value.startsWith('-')) return 'begins with "-" and would be mistaken for an option';
  return /[\s\p{Cc}]/u.test(value) ? 'contains a space or a control character' : unseenFault(value);
}

const millisecondsOf = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Parses a number of seconds, or `500ms`, `30s`, `2m`, `1h`, `14d`. Returns ms, or null if it is not a duration. */
export function parseDuration(value: unknown): number | null {
  const plain = asNumber(value);
  if (typeof plain === 'number') return Number.isFinite(plain) ? plain * 1000 : null;
  const match = typeof plain === 'string' ? /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)\s*$/.exec(plain) : null;
  if (match === null) return null;
  return Number(match[1]) * millisecondsOf[match[2] as keyof typeof millisecondsOf];
}

/** The shortest exact form of a duration: `90s`, `2m`, `500ms`. */
export function formatDuration(durationMs: number): string {
  const unit = (['h', 'm', 's'] as const).find(
    (name) => durationMs > 0 && durationMs % millisecondsOf[name] === 0,
  );
  return unit === undefined ? `${durationMs}ms` : `${durationMs / millisecondsOf[unit]}${unit}`;
}

/** A duration in whole ms within the bounds. */
export const duration = (minMs: number, maxMs: number) =>
  z.unknown().transform((value, context) => {
    const durationMs = parseDuration(value);
    const complain = (message: string): typeof z.NEVER => {
      context.addIssue({ code: 'custom', message: `${showValue(value).replaceAll('"', '')} ${message}` });
      return z.NEVER;
    };
    if (durationMs === null) return complain('is not a duration: write seconds, or 500ms, 30s, 2m, 1h');
    if (durationMs < minMs) return complain(`is below ${formatDuration(minMs)}`);
    if (durationMs > maxMs) return complain(`is above ${formatDuration(maxMs)}`);
    return Math.round(durationMs);
  });
