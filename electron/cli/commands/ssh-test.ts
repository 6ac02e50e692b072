import { describeRoute } from '../../../shared/route-text.ts';
import type { Cause } from '../../../shared/failure.ts';
import { prepareAppPaths } from '../../core/config/app-paths.ts';
import { probeTcp } from '../../core/health/probes/tcp-probe.ts';
import { silentLogger } from '../../core/observability/logger.ts';
import { createSshAdapter } from '../../core/tunnel/ssh-adapter.ts';
import type { Tunnel, TunnelAdapter } from '../../core/tunnel/tunnel-adapter.ts';
import type { Action, CommandContext } from '../command-context.ts';
import { CommandFailure } from '../command-failure.ts';
import { bad, fine, reportFindings, type Finding } from '../output/findings.ts';
import { openOwnTools } from '../own-tools.ts';
import { readSshServices, type SshService } from '../ssh-services.ts';

const probeTimeoutMs = 4_000;

/** A daemon has its files in the same folder. */
const ownName = `ssh-test-${process.pid}`;

/** Opens a tunnel for each service on a private socket, beside the running ones, and connects through it once. */
export const sshTest: Action = async (context, _options, names) => {
  const { clock, paths, uid } = context;
  const services = await readSshServices(context, names);
  const prepared = await prepareAppPaths(paths, uid);
  if (!prepared.ok) throw new CommandFailure(prepared.error);
  const { runtimeDirectory } = paths;
  const tools = openOwnTools(context, ownName, services);
  const { launcher, transports } = tools;
  const adapter = createSshAdapter({ launcher, clock, runtimeDirectory, transports });
  const findings: Finding[] = [];
  try {
    for (const service of services) {
      if (context.signal.aborted) break;
      findings.push(await tryService(context, adapter, service));
    }
  } finally {
    await tools.close();
  }
  return reportFindings(context, findings);
};

async function tryService(
  { clock, signal }: CommandContext,
  adapter: TunnelAdapter,
  service: SshService,
): Promise<Finding> {
  if (service.problem !== null) return describe(service, service.problem);
  const startedAt = clock.now();
  const id = `${ownName}-${service.name}`;
  const tunnel = adapter.open({ id, service: asForward(service), log: silentLogger });
  const onAbort = (): void => void tunnel.stop({ force: true });
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const ready = await tunnel.ready;
    if (!ready.ok) return describe(service, ready.error);
    const loggedInMs = Math.round(clock.now() - startedAt);
    // Its clients name its targets.
    if (service.connection.isDynamic === true)
      return fine(service.name, `${where(service)}: logged in after ${loggedInMs} ms`);
    if (service.connection.localTarget !== undefined)
      return fine(
        service.name,
        `${where(service)}: logged in after ${loggedInMs} ms; the place on the server is not tried`,
      );
    const complaint = firstComplaint(tunnel);
    const probe = await probeTcp({
      endpoint: ready.value,
      spec: { type: 'tcp' },
      timeoutMs: probeTimeoutMs,
      signal,
      clock,
    });
    if (probe.kind === 'passed')
      return fine(service.name, `${where(service)}: logged in after ${loggedInMs} ms, target open`);
    const cause = complaint();
    if (cause !== null) return describe(service, cause);
    const finding = probe.kind === 'failed' ? probe.finding : 'canceled';
    return bad(service.name, `logged in after ${loggedInMs} ms, but ${where(service)}: ${finding}`, null);
  } finally {
    signal.removeEventListener('abort', onAbort);
    await tunnel.stop();
  }
}

/** For a reverse forward, only the login: the running one has the port on the server. */
function asForward(service: SshService): SshService {
  const { localTarget: _, ...connection } = service.connection;
  return { ...service, connection };
}

/** ssh reports why a target is unreachable on its own stderr, separate from the failing connection. */
function firstComplaint(tunnel: Tunnel): () => Cause | null {
  let first: Cause | null = null;
  tunnel.onComplaint((cause) => {
    first ??= cause;
  });
  return () => first;
}

const where = ({ connection }: SshService): string => describeRoute({ ...connection, user: null });

const describe = (service: SshService, { title, evidence, remedy }: Cause): Finding =>
  bad(service.name, [title, evidence].filter((part) => part !== null).join(': '), remedy);
