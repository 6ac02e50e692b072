import { controlSequence } from '../../core/observability/visible-output.ts';

export type Paint = (text: string) => string;

/** Colors by meaning. Without color each is the identity. */
export interface Palette {
  readonly good: Paint;
  readonly working: Paint;
  readonly bad: Paint;
  readonly faint: Paint;
  readonly strong: Paint;
}

/** Select Graphic Rendition, ECMA-48: on and off. */
const sgr =
  (on: number, off: number): Paint =>
  (text) =>
    text === '' ? '' : `${controlSequence(`${on}m`)}${text}${controlSequence(`${off}m`)}`;

const same: Paint = (text) => text;

export const plainPalette: Palette = { good: same, working: same, bad: same, faint: same, strong: same };

export const colorPalette: Palette = {
  good: sgr(32, 39),
  working: sgr(33, 39),
  bad: sgr(31, 39),
  faint: sgr(2, 22),
  strong: sgr(1, 22),
};

export interface ColorWish {
  /** False after `--no-color`. */
  readonly allowed: boolean;
  readonly isTerminal: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** NO_COLOR (no-color.org) counts when it is not empty; FORCE_COLOR is for terminals that a pipe hides. */
export function choosePalette({ allowed, isTerminal, env }: ColorWish): Palette {
  if (!allowed || (env['NO_COLOR'] ?? '') !== '') return plainPalette;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined && forced !== '' && forced !== '0') return colorPalette;
  return isTerminal && env['TERM'] !== 'dumb' ? colorPalette : plainPalette;
}
