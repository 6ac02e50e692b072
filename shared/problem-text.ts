/** An error in the config as text: the service's name comes first, the path of its entry in the file last. Pure. */
import type { ConfigProblem } from './service-snapshot.ts';

const entryPath = /^(services\[\d+\])\.?(.*)$/;

/** `warehouse: local_port: 70000 is above 65535`; the path if the service has no name. */
export function problemText({ path, service, message }: ConfigProblem): string {
  const entry = entryPath.exec(path);
  const parts =
    service === undefined || entry === null ? [path, message] : [service, entry[2] ?? '', message];
  return parts.filter((part) => part !== '').join(': ');
}

/** `services[3]`, if the text does not include it already; null: nothing to add. */
export const entryOf = ({ path, service }: ConfigProblem): string | null =>
  service === undefined ? null : (entryPath.exec(path)?.[1] ?? null);
