/** What services need outside of LocalPort, without duplicates, each with the services that need it. Pure. */
import type { ServiceSpec, SshConnection } from '../../../shared/service-spec.ts';

export interface KubeconfigChoice {
  /** null: the current one. */
  readonly context: string | null;
  /** null: the files in KUBECONFIG, or ~/.kube/config. */
  readonly kubeconfig: string | null;
}

export type Needed =
  | ({ readonly kind: 'context' } & KubeconfigChoice)
  | { readonly kind: 'ssh-host'; readonly connection: SshConnection }
  | { readonly kind: 'host'; readonly host: string }
  | { readonly kind: 'key'; readonly file: string }
  | { readonly kind: 'ca'; readonly file: string }
  | { readonly kind: 'program'; readonly program: string };

export interface NeededBy {
  readonly needed: Needed;
  /** In the order of the config. */
  readonly names: readonly string[];
}

export function needsOf(services: readonly ServiceSpec[]): readonly NeededBy[] {
  const found = new Map<string, { readonly needed: Needed; readonly names: string[] }>();
  for (const service of services) {
    // A service that cannot run for another reason reports that already.
    if (service.problem !== null) continue;
    for (const needed of needsOfOne(service)) {
      const key = keyOf(needed);
      const known = found.get(key);
      if (known === undefined) found.set(key, { needed, names: [service.name] });
      else known.names.push(service.name);
    }
  }
  return [...found.values()];
}

function needsOfOne({ connection, healthCheck: { probe } }: ServiceSpec): readonly Needed[] {
  const ofCheck: readonly Needed[] = [
    ...('caFile' in probe && probe.caFile !== null ? [{ kind: 'ca', file: probe.caFile } as const] : []),
    ...(probe.type === 'exec' ? [{ kind: 'program', program: probe.argv[0] } as const] : []),
  ];
  switch (connection.technology) {
    case 'kubectl': {
      const { context, kubeconfig } = connection;
      return [{ kind: 'context', context, kubeconfig }, ...ofCheck];
    }
    case 'ssh':
      return [
        { kind: 'ssh-host', connection },
        ...(connection.keyFile === null ? [] : [{ kind: 'key', file: connection.keyFile } as const]),
        ...ofCheck,
      ];
    case 'tcp':
      return [{ kind: 'host', host: connection.host }, ...ofCheck];
    case 'command':
      return [{ kind: 'program', program: connection.argv[0] }, ...ofCheck];
  }
}

function keyOf(needed: Needed): string {
  if (needed.kind !== 'ssh-host') return JSON.stringify(needed);
  const { host, user, port, jump } = needed.connection;
  return JSON.stringify(['ssh-host', host, user, port, jump]);
}
