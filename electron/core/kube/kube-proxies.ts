/**
 * Whether kubectl reaches an API server through a proxy. Streams in a session would bypass it, because kubectl
 * proxy dials upgrades directly. Follows the rules of Go's golang.org/x/net/http/httpproxy. Pure.
 */
import net from 'node:net';
import type { ContextFacts } from './kubeconfig.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export function goesThroughProxy(
  { server, proxyUrl }: Pick<ContextFacts, 'server' | 'proxyUrl'>,
  environment: Environment,
): boolean {
  if (proxyUrl !== null) return true;
  if (!URL.canParse(server)) return false;
  const { protocol, hostname, port } = new URL(server);
  const name = protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  if ((environment[name] ?? environment[name.toLowerCase()] ?? '') === '') return false;
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (host === 'localhost' || (net.isIP(host) !== 0 && loopback.check(host, familyOf(host)))) return false;
  const exceptions = (environment['NO_PROXY'] ?? environment['no_proxy'] ?? '').split(',');
  return !exceptions.some((exception) => isExcepted(exception.trim().toLowerCase(), host, port || '443'));
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (net.isIPv6(address) ? 'ipv6' : 'ipv4');

const loopback = new net.BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

function isExcepted(exception: string, host: string, port: string): boolean {
  if (exception === '') return false;
  if (exception === '*') return true;
  const [network = '', bits] = exception.split('/');
  if (bits !== undefined) return isInNetwork(host, network, Number(bits));
  const [name = '', only] = net.isIPv6(exception) ? [exception] : exception.split(':');
  if (only !== undefined && only !== port) return false;
  const domain = name.replace(/^\*?\./, '');
  // A leading dot excludes the name itself.
  return host.endsWith(`.${domain}`) || (host === domain && domain === name);
}

function isInNetwork(host: string, network: string, bits: number): boolean {
  if (net.isIP(host) === 0 || net.isIP(host) !== net.isIP(network)) return false;
  if (!(bits >= 0 && bits <= (net.isIPv6(network) ? 128 : 32))) return false;
  const list = new net.BlockList();
  list.addSubnet(network, bits, familyOf(network));
  return list.check(host, familyOf(host));
}
