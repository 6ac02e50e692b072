import type { Prompt } from '../../shared/prompt.ts';
import type { ConfigState, HostInfo, ServiceSnapshot, Snapshot } from '../../shared/service-snapshot.ts';

/** A service, including one whose state has an unknown start time. */
export type ReportedService = Omit<ServiceSnapshot, 'since'> & { readonly since: number | null };

/** The information of `localport status`, from a running host or, without one, from disk. */
export interface StatusReport {
  /** null: no host runs. */
  readonly host: HostInfo | null;
  readonly config: ConfigState;
  readonly services: readonly ReportedService[];
  /** Questions that wait for the user. */
  readonly prompts: readonly Prompt[];
  /** Without a host: the last line of a service's log, by name. */
  readonly lastWords: ReadonlyMap<string, string>;
}

export const reportOf = (snapshot: Snapshot): StatusReport => ({ ...snapshot, lastWords: new Map() });
