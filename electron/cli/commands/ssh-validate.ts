import { describeLocalTarget, describeRemoteEnd } from '../../../shared/route-text.ts';
import { judgeKeyFile } from '../../core/needs/needed-files.ts';
import { installProgram, missingProxyProgram } from '../../core/needs/needed-hosts.ts';
import { sshSettingsArgv } from '../../core/ssh/ssh-command.ts';
import { sshSetting } from '../../core/ssh/ssh-settings.ts';
import type { Action, CommandContext } from '../command-context.ts';
import { bad, fine, reportFindings, type Finding } from '../output/findings.ts';
import { causeInShort } from '../output/service-words.ts';
import { readSshServices, type SshService } from '../ssh-services.ts';
import { lastLine, runTool } from '../tool-run.ts';

const resolveMs = 10_000;

/** Checks the requirements of ssh services on this machine, without connecting. */
export const sshValidate: Action = async (context, _options, names) => {
  const services = await readSshServices(context, names);
  const findings: Finding[] = [];
  for (const service of services) findings.push(await validate(context, service));
  return reportFindings(context, findings);
};

async function validate(context: CommandContext, service: SshService): Promise<Finding> {
  const { name, problem, connection } = service;
  if (problem !== null) return bad(name, causeInShort(problem), problem.remedy);
  if (connection.keyFile !== null) {
    const { level, message, fix } = await judgeKeyFile(connection.keyFile);
    if (level === 'bad') return bad(name, message, fix);
  }
  const resolved = await runTool(context, sshSettingsArgv(connection), resolveMs);
  if (resolved.exitCode !== 0) {
    return bad(
      name,
      lastLine(resolved.stderr),
      resolved.isMissing ? 'Install OpenSSH.' : 'Correct your ssh_config.',
    );
  }
  const settings = resolved.stdout.split('\n');
  const command = connection.jump.length > 0 ? null : sshSetting(settings, 'proxycommand');
  const missing = command === null ? null : await missingProxyProgram(command, context.env);
  if (missing !== null)
    return bad(name, `${missing} of its ProxyCommand was not found`, installProgram(missing));
  return fine(name, describeWay(connection, settings));
}

/**
 * `me@10.0.0.7:22 through bastion → db:5432`, including what ssh_config adds; a reverse forward in the other direction.
 */
function describeWay(connection: SshService['connection'], settings: readonly string[]): string {
  const { host, user, port, jump, localTarget } = connection;
  const option = (name: string): string | null => sshSetting(settings, name);
  const login = `${user ?? option('user') ?? ''}@${option('hostname') ?? host}:${port ?? option('port') ?? 22}`;
  const jumps = jump.length > 0 ? jump.join(', ') : option('proxyjump');
  const way = `${login}${jumps === null ? '' : ` through ${jumps}`}`;
  if (connection.isDynamic === true) return `via ${way} (SOCKS)`;
  const remoteEnd = describeRemoteEnd(connection);
  return localTarget === undefined
    ? `${way} → ${remoteEnd}`
    : `${remoteEnd} at ${way} → ${describeLocalTarget(localTarget)} here`;
}
