import { flag } from '../../../shared/config-scalars.ts';
import { valueAt } from './tree-path.ts';

/** Whether an entry of the file is a reverse forward: `remote: true`, of the service or in its `connection`. */
export const isReverseEntry = (entry: unknown): boolean =>
  [['remote'], ['connection', 'remote']].some((place) => flag.safeParse(valueAt(entry, place)).data === true);
