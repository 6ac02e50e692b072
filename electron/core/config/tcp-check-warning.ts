/** Explicit `tcp` checks of servers that are harmed by a bare connection, by their usual ports. Pure. */
import type { RawHealthCheck } from '../../../shared/config-schema.ts';

/** MySQL's protocol, and its X Protocol, which no check speaks. */
const mysqlPorts: readonly number[] = [3306, 33060];

/** The JVM, Delve (two), and Node.js. */
const debuggerPorts: readonly number[] = [5005, 2345, 40000, 9229];

/** `check`: with its defaults merged; without a type if none was written. null: no harm is known. */
export function tcpCheckWarning(
  { type }: RawHealthCheck,
  remotePort: number | string | undefined,
): string | null {
  if (type !== 'tcp' || typeof remotePort !== 'number') return null;
  const connects = `tcp connects to port ${remotePort} for each check`;
  if (mysqlPorts.includes(remotePort)) {
    const remedy = remotePort === 3306 ? 'use type: mysql or the default' : 'use the default';
    return `${connects}: each connection counts as an error at a MySQL server and may block this machine; ${remedy}`;
  }
  return debuggerPorts.includes(remotePort)
    ? `${connects}: a debugger accepts one connection, and the check takes it from your client; use the default`
    : null;
}
