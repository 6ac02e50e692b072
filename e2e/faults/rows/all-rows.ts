import type { Row } from '../row.ts';
import { tunnelKilled } from './tunnel-killed.ts';

/** In the order in which they run. */
export const allRows: readonly Row[] = [tunnelKilled];
