/** Which proposals of an import the config has already, under whatever name and local port. */
import type { ServiceSpec } from '../../shared/service-spec.ts';
import { compileInProcess } from '../core/config/in-process-compiler.ts';
import { draftEntries, type Proposal } from '../core/import/service-proposal.ts';
import type { CommandContext } from './command-context.ts';

/** Maps each proposal that leads where a service of the config leads to that service's name. */
export async function presentForwards(
  { env, homeDirectory, signal }: CommandContext,
  proposals: readonly Proposal[],
  services: readonly ServiceSpec[],
): Promise<ReadonlyMap<Proposal, string>> {
  const nameByEnds = new Map(services.map((service) => [endsOf(service), service.name]));
  const present = new Map<Proposal, string>();
  if (nameByEnds.size === 0) return present;
  for (const proposal of proposals) {
    const { entries } = draftEntries([proposal], { names: new Set(), ports: new Set() });
    const text = JSON.stringify({ services: entries });
    const compiled = await compileInProcess(text, { path: '', env, homeDirectory }, signal);
    const [service] = compiled.ok ? compiled.value.config.services : [];
    const name = service === undefined ? undefined : nameByEnds.get(endsOf(service));
    if (name !== undefined) present.set(proposal, name);
  }
  return present;
}

/** A reverse forward also has its near end in its connection. */
const endsOf = ({ connection }: ServiceSpec): string => JSON.stringify(connection);
