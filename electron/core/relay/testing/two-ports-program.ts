/**
 * Simulates a host with two services, under a low `ulimit -n`. Its argument is JSON: the ports, and the endpoint that both
 * lead to. Prints its descriptor limit once both ports are open, and its log at the end of file on stdin.
 */
import { systemClock as clock } from '../../clock.ts';
import { silentLogger } from '../../observability/logger.ts';
import type { Endpoint } from '../../connect/endpoint.ts';
import { ConnectionBudget } from '../connection-budget.ts';
import { readDescriptorLimit } from '../descriptor-limit.ts';
import { createLocalPort } from '../local-port.ts';

export interface TwoPorts {
  readonly ports: readonly number[];
  readonly endpoint: Endpoint;
}

async function main({ ports, endpoint }: TwoPorts): Promise<void> {
  const limit = readDescriptorLimit();
  const budget = new ConnectionBudget(limit);
  const warnings: string[] = [];
  const log = { ...silentLogger, warn: (line: string) => warnings.push(line) };
  const events = { onDemand: () => undefined, onSuspicion: () => undefined, onEvidence: () => undefined };
  const opened = ports.map(async (port) => {
    const local = createLocalPort({
      name: String(port),
      port,
      holdTimeoutMs: 10_000,
      clock,
      log,
      events,
      budget,
    });
    const result = await local.open();
    if (!result.ok) throw new Error(result.error.title);
    local.setUpstream({ tunnelId: 't1', endpoint, trialMs: null });
    return local;
  });
  const locals = await Promise.all(opened);
  console.log(limit);
  for await (const _ of process.stdin);
  await Promise.all(locals.map((local) => local.close()));
  console.log(JSON.stringify(warnings));
  process.exit();
}

void main(JSON.parse(process.argv[2] ?? '') as TwoPorts);
