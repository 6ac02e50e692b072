/** What does not go together in an ssh service that is no plain forward: a SOCKS proxy, or one on the user's own connection. */
import { flag } from '../../../shared/config-scalars.ts';
import type { Findings } from './config-findings.ts';
import type { ConfigPath } from './config-problem.ts';
import { targetlessChecks } from './service-defaults.ts';
import { valueAt } from './tree-path.ts';

/** Whether the entry is a SOCKS proxy, or means to be one. */
export function reportDynamic(findings: Findings, service: unknown, path: ConfigPath): boolean {
  const places = [['dynamic'], ['connection', 'dynamic']].filter(
    (place) => flag.safeParse(valueAt(service, place)).data === true,
  );
  const [first] = places;
  if (first === undefined) return false;
  // Of a connection of another technology it is an unknown key.
  if (valueAt(service, ['technology']) !== 'ssh') {
    if (first.length === 1) findings.error([...path, ...first], 'works with technology: ssh only');
    return false;
  }
  for (const key of [['remote_port'], ['connection', 'remote_host']]) {
    if (valueAt(service, key) === undefined) continue;
    findings.error(
      [...path, ...key],
      'contradicts dynamic: true, where each client names its own target: remove one of them',
    );
  }
  if (valueAt(service, ['allowed_hosts']) !== undefined)
    findings.error(
      [...path, 'allowed_hosts'],
      'is for HTTP, and dynamic: true speaks SOCKS: remove one of them',
    );
  const type = valueAt(service, ['health_check', 'type']);
  if (typeof type === 'string' && !targetlessChecks.includes(type)) {
    findings.error(
      [...path, 'health_check', 'type'],
      `${type} needs a target, and dynamic: true has none: use ${targetlessChecks.join(', ')}`,
    );
  }
  return true;
}

/** With the user's connection, how to log in is none of ours. */
export function reportOwnMaster(findings: Findings, service: unknown, path: ConfigPath): void {
  if (valueAt(service, ['connection', 'control_path']) !== 'user') return;
  for (const key of ['key_file', 'password', 'jump', 'strict_host_key_checking']) {
    const place = ['connection', key];
    if (valueAt(service, place) !== undefined)
      findings.warning(
        [...path, ...place],
        'has no effect with control_path: user, which uses the connection that you have opened',
      );
  }
}
