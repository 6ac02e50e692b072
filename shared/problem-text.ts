/** A fault of the config in words: the service first, by its name, and what the file calls its entry last. Pure. */
import type { ConfigProblem } from './service-snapshot.ts';

const entryPath = /^(services\[\d+\])\.?(.*)$/;

/** `warehouse: local_port: 70000 is above 65535`; by its path where the service has no name. */
export function problemText({ path, service, message }: ConfigProblem): string {
  const entry = entryPath.exec(path);
  const parts =
    service === undefined || entry === null ? [path, message] : [service, entry[2] ?? '', message];
  return parts.filter((part) => part !== '').join(': ');
}

/** `services[3]`, where the text does not say it already; null: there is nothing to add. */
export const entryOf = ({ path, service }: ConfigProblem): string | null =>
  service === undefined ? null : (entryPath.exec(path)?.[1] ?? null);
