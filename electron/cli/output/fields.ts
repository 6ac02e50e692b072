import { visibleLine } from '../../../shared/visible-text.ts';

/** Fields of `-o text`, divided by tabs: there is none within a field. */
export const fields = (...texts: readonly string[]): string => texts.map(visibleLine).join('\t');
