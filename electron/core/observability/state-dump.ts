/** The complete state as lines of JSON for the log, each short enough not to be truncated. Pure. */
import type { Snapshot } from '../../../shared/service-snapshot.ts';

export interface HostState {
  readonly snapshot: Snapshot;
  readonly tasks: readonly unknown[];
  readonly children: readonly unknown[];
  /** The number of active health monitors. */
  readonly monitors: number;
  /** The transports that services share. */
  readonly transports: readonly unknown[];
  readonly owned: readonly string[];
}

/** A log truncates longer messages: log-writer.ts. */
const maxLineLength = 8_000;

/** One line if everything fits; else several, the services first and in their order. */
export function stateDump(state: HostState): readonly string[] {
  const whole = JSON.stringify(state);
  if (whole.length <= maxLineLength) return [whole];
  const { snapshot, tasks, children, monitors, transports, owned } = state;
  const { services, config, host } = snapshot;
  return [
    ...inLines(services, (some) => ({ snapshot: { services: some } })),
    ...inLines(config.problems, (problems) => ({ snapshot: { config: { ...config, problems }, host } })),
    ...inLines(tasks, (some) => ({ tasks: some })),
    ...inLines(children, (some) => ({ children: some })),
    ...inLines(transports, (some) => ({ transports: some })),
    JSON.stringify({ monitors, owned }),
  ];
}

/** At least one line, each with as many items as fit. */
function inLines<Item>(items: readonly Item[], wrap: (some: readonly Item[]) => unknown): readonly string[] {
  const room = maxLineLength - JSON.stringify(wrap([])).length;
  const groups: Item[][] = [[]];
  let used = 0;
  for (const item of items) {
    const length = JSON.stringify(item).length + 1;
    if (used > 0 && used + length > room) {
      groups.push([]);
      used = 0;
    }
    groups.at(-1)?.push(item);
    used += length;
  }
  return groups.map((group) => JSON.stringify(wrap(group)));
}
