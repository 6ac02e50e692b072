import { visibleLine } from '../../../shared/visible-text.ts';

/** Fields of `-o text`, separated by tabs: no field contains one. */
export const fields = (...texts: readonly string[]): string => texts.map(visibleLine).join('\t');
