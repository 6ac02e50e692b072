/**
 * Possible targets: contexts and hosts in files, the objects of a cluster, and what could be imported. All of it comes from
 * kubectl and ssh, run in the user's own environment; nothing is cached.
 */
import path from 'node:path';
import type {
  ImportItem,
  ImportList,
  ImportSource,
  KubeTargets,
  Places,
} from '../../../shared/import-contract.ts';
import { describeRoute } from '../../../shared/route-text.ts';
import { serviceDraftSchema } from '../../../shared/service-edit.ts';
import type { ServiceSnapshot } from '../../../shared/service-snapshot.ts';
import { firstUnseen, visibleLine } from '../../../shared/visible-text.ts';
import type { Environment } from '../process/environment-block.ts';
import { readInTurns } from '../kube/json-in-turns.ts';
import { namespacesIn, targetsIn } from './kube-listing.ts';
import {
  proposeKubeServices,
  servicesWithPods,
  skipReasons,
  tellContextsApart,
  type KubeProposals,
} from './kube-proposals.ts';
import { mapInTurns } from './map-in-turns.ts';
import { askProgram } from './program-answer.ts';
import { draftEntries, type Proposal } from './service-proposal.ts';
import { readSshHosts } from './ssh-config-files.ts';
import { opensToAll, parseForwards, proposeForward, whereWritten } from './ssh-forwards.ts';

export interface TargetSourcesParts {
  readonly environment: () => Environment;
  readonly homeDirectory: string;
  /** The services whose names and ports are taken. */
  readonly services: () => readonly ServiceSnapshot[];
}

const configMs = 10_000;
const clusterMs = 20_000;
/** Each runs kubectl or ssh, and there may be hundreds. */
const atOnce = 8;
const maxItems = 1_000;
const maxRemarks = 20;

export class TargetSources {
  readonly #parts: TargetSourcesParts;

  constructor(parts: TargetSourcesParts) {
    this.#parts = parts;
  }

  async places(): Promise<Places> {
    const [contexts, current, hosts] = await Promise.all([
      this.#contexts(),
      this.#kubectl(['config', 'current-context'], configMs),
      this.#sshHosts(),
    ]);
    const currentContext = current.stdout.trim();
    return {
      contexts: contexts.names,
      currentContext: current.ok && contexts.names.includes(currentContext) ? currentContext : null,
      sshHosts: hosts.hosts,
    };
  }

  /** `kubeconfig`: the file that a service names; null: kubectl's default. Rejects with a sentence. */
  async contexts(kubeconfig: string | null): Promise<readonly string[]> {
    const { names, failure } = await this.#contexts(kubeconfig);
    if (failure !== null) throw new Error(`The contexts cannot be listed: ${visibleLine(failure)}`);
    return names;
  }

  async kube(context: string, namespace: string | null): Promise<KubeTargets> {
    const where = [`--context=${context}`];
    const inNamespace = namespace === null ? [] : [`--namespace=${namespace}`];
    const kinds = 'services,deployments,statefulsets,daemonsets,pods';
    const [namespaces, targets] = await Promise.all([
      this.#kubectl([...where, 'get', 'namespaces', '--output=name'], clusterMs),
      this.#kubectl([...where, 'get', kinds, ...inNamespace, '--output=json'], clusterMs),
    ]);
    const listed = targetsIn(await readInTurns(targets.stdout));
    return {
      namespaces: namespaces.ok ? namespacesIn(namespaces.stdout) : [],
      targets: listed ?? [],
      failure:
        targets.ok && listed !== null ? null : `Could not be listed: ${visibleLine(targets.complaint)}`,
    };
  }

  async importList(source: ImportSource): Promise<ImportList> {
    const { proposals, remarks } = await (source === 'kube' ? this.#fromClusters() : this.#fromSshConfig());
    return {
      items: this.#itemsOf(proposals).slice(0, maxItems),
      remarks: remarks.slice(0, maxRemarks).map(visibleLine),
    };
  }

  #itemsOf(proposals: readonly Proposal[]): readonly ImportItem[] {
    const services = this.#parts.services();
    const routes = new Map(services.map(({ route, name }) => [route, name]));
    const taken = {
      names: new Set(services.map(({ name }) => name)),
      ports: new Set(services.map(({ localPort }) => localPort)),
    };
    return draftEntries(proposals, taken).entries.flatMap((entry): readonly ImportItem[] => {
      const draft = serviceDraftSchema.safeParse(entry);
      if (!draft.success) return [];
      const { name, local_port: localPort } = draft.data;
      if (typeof name !== 'string' || typeof localPort !== 'number') return [];
      const remote = remoteOf(draft.data);
      const known = routes.get(remote.route);
      return [
        {
          draft: draft.data,
          name,
          remote: remote.text,
          localPort,
          clash: known === undefined ? null : `${known} already leads there`,
        },
      ];
    });
  }

  async #fromClusters(): Promise<Found> {
    const { names, failure } = await this.#contexts();
    if (failure !== null) throw new Error(visibleLine(failure));
    const found = await mapInTurns(names, atOnce, async (context) => {
      const args = [`--context=${context}`, 'get', 'services', '--output=json'];
      const wide = await this.#kubectl([...args, '--all-namespaces'], clusterMs);
      // Many users may list one namespace only, usually the one in their context.
      const isForbidden = !wide.ok && /\bforbidden\b/i.test(wide.complaint);
      const run = isForbidden ? await this.#kubectl(args, clusterMs) : wide;
      const services = await readInTurns(run.stdout);
      const proposals = run.ok ? proposeKubeServices(services, context) : null;
      if (proposals?.skipped.some(({ why }) => why === 'podless') !== true)
        return { context, proposals, complaint: run.complaint };
      // Without the right to list them, only services with a selector are found.
      const where = isForbidden ? [] : ['--all-namespaces'];
      const slices = await this.#kubectl(
        [`--context=${context}`, 'get', 'endpointslices.discovery.k8s.io', ...where, '--output=json'],
        clusterMs,
      );
      const withPods = proposeKubeServices(
        services,
        context,
        servicesWithPods(await readInTurns(slices.stdout)),
      );
      return { context, proposals: withPods ?? proposals, complaint: run.complaint };
    });
    const read = found.flatMap(({ proposals }): readonly KubeProposals[] =>
      proposals === null ? [] : [proposals],
    );
    const skipped = read.flatMap((one) => one.skipped);
    return {
      proposals: tellContextsApart(read),
      remarks: [
        ...found
          .filter(({ proposals }) => proposals === null)
          .map(({ context, complaint }) => `${context}: ${complaint || 'could not be listed'}`),
        ...Object.entries(skipReasons).flatMap(([why, words]) => {
          const names = skipped.filter((one) => one.why === why).map(({ name }) => name);
          return names.length === 0 ? [] : [`${names.slice(0, 5).join(', ')}: ${words}`];
        }),
      ],
    };
  }

  async #fromSshConfig(): Promise<Found> {
    const { hosts, forwards } = await this.#sshHosts();
    const found = await mapInTurns(hosts, atOnce, async (host) => {
      // Some blocks apply to shells only, not to tunnels.
      const run = await askProgram(
        ['ssh', '-G', '-N', '-T', '--', host],
        this.#parts.environment(),
        configMs,
      );
      return { host, run };
    });
    const proposals: Proposal[] = [];
    const remarks = new Set<string>();
    const without: string[] = [];
    for (const { host, run } of found) {
      if (!run.ok) {
        remarks.add(`${host}: ${run.complaint}`);
        continue;
      }
      const resolved = parseForwards(run.stdout);
      if (resolved.length === 0) without.push(host);
      const choice = { isOnly: resolved.length === 1, isOpenToAll: opensToAll(run.stdout) };
      for (const forward of resolved) {
        const written = whereWritten(forward, forwards);
        const proposed = written?.isPassing === true ? passing : proposeForward(host, forward, choice);
        if (typeof proposed === 'string') remarks.add(`${host}: left out: ${forward.text}: ${proposed}`);
        else proposals.push(proposed);
      }
    }
    if (without.length > 0)
      remarks.add(`No forwards, so nothing to import: ${without.slice(0, 10).join(', ')}`);
    return { proposals, remarks: [...remarks] };
  }

  async #contexts(
    kubeconfig: string | null = null,
  ): Promise<{ readonly names: readonly string[]; readonly failure: string | null }> {
    const file = kubeconfig === null ? [] : [`--kubeconfig=${kubeconfig}`];
    const run = await this.#kubectl(['config', 'get-contexts', '--output=name', ...file], configMs);
    const names = run.stdout.split('\n').filter((name) => name !== '' && firstUnseen(name) === null);
    return { names, failure: run.ok ? null : run.complaint };
  }

  async #sshHosts(): ReturnType<typeof readSshHosts> {
    const folder = path.join(this.#parts.homeDirectory, '.ssh');
    const found = await readSshHosts(path.join(folder, 'config'), folder);
    // The config does not accept such a name.
    return { ...found, hosts: found.hosts.filter((host) => firstUnseen(host) === null) };
  }

  #kubectl(args: readonly string[], timeoutMs: number): ReturnType<typeof askProgram> {
    return askProgram(['kubectl', ...args], this.#parts.environment(), timeoutMs);
  }
}

interface Found {
  readonly proposals: readonly Proposal[];
  readonly remarks: readonly string[];
}

const passing = 'its Match block depends on a program or a network, and may not apply next time';

type Draft = ImportItem['draft'];

/** The remote end, as a row shows it and with its port. */
function remoteOf(draft: Draft): { readonly route: string; readonly text: string } {
  const connection = draft['connection'] as Readonly<Record<string, string | undefined>>;
  const remotePort = Number(draft['remote_port'] ?? 0);
  if (draft['technology'] === 'kubectl') {
    const target = { kind: 'service', name: connection['resource_name'] ?? '' } as const;
    const { context = null, namespace = null } = connection;
    const where = {
      technology: 'kubectl',
      target,
      namespace,
      context,
      kubeconfig: null,
      remotePort,
    } as const;
    const route = describeRoute(where);
    return { route, text: `${route}:${remotePort}` };
  }
  const end = connection['remote_socket'] ?? `${connection['remote_host'] ?? 'localhost'}:${remotePort}`;
  const route = `${connection['host'] ?? ''} → ${end}`;
  return { route, text: route };
}
