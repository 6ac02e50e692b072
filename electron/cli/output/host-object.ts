/** The running host, as `daemon status`, `daemon start` and `daemon restart` print it as JSON. */
import type { Snapshot } from '../../../shared/service-snapshot.ts';

export const hostObject = ({ host, config }: Pick<Snapshot, 'host' | 'config'>): object => ({
  running: true,
  kind: host.kind,
  pid: host.pid,
  version: host.version,
  since: new Date(host.since).toISOString(),
  config: config.path,
  logs: host.logDirectory,
  notices: host.notices,
});

export const noHostObject: object = { running: false };
