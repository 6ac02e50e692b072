/**
 * Whether local network privacy of macOS 15 and later may have blocked a connection. Pure. Source: Apple's TN3179 and xnu
 * (bsd/net/route.c): a program without the permission gets EHOSTUNREACH for addresses on the subnets of broadcast-capable
 * interfaces, and never for what a VPN or a router leads to. A host that is switched off gives the same error, so this is
 * a suspicion and no proof.
 */
import path from 'node:path';
import { BlockList, isIP } from 'node:net';
import type { NetworkInterfaces } from '../wake/network-addresses.ts';
import { steadyInterfaces } from '../wake/network-interfaces.ts';

export interface LocalNetwork {
  readonly platform: NodeJS.Platform;
  /** As they are now. May be asked often. */
  readonly interfaces: () => NetworkInterfaces;
  /** The program that macOS asks the user about: `LocalPort`, `iTerm2`, `node`. */
  readonly program: string;
}

/** Point-to-point: VPNs and tunnels, to which the permission does not apply. */
const pointToPoint = /^(utun|ipsec|ppp|tun|tap|wg)\d*$/;

/** `address`: an IP address, an IPv6 one perhaps with its zone (`fe80::1%en0`). A name is never suspected. */
export function mayBeBlocked(address: string, { platform, interfaces }: LocalNetwork): boolean {
  if (platform !== 'darwin') return false;
  const [ip = '', zone] = address.split('%');
  if (isIP(ip) === 0) return false;
  return Object.entries(interfaces())
    .filter(([name]) => !pointToPoint.test(name) && (zone === undefined || zone === name))
    .some(([, addresses = []]) =>
      addresses.some(({ internal, cidr }) => !internal && cidr !== null && isInside(ip, cidr)),
    );
}

/** False where the two are of different families. */
function isInside(ip: string, cidr: string): boolean {
  const [network = '', length] = cidr.split('/');
  const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
  const subnet = new BlockList();
  subnet.addSubnet(network, Number(length), family);
  return isIP(ip) === isIP(network) && subnet.check(ip, family);
}

/** Those that do not name themselves as System Settings does. */
const terminals: Readonly<Record<string, string>> = {
  Apple_Terminal: 'Terminal',
  'iTerm.app': 'iTerm2',
  vscode: 'Visual Studio Code',
  ghostty: 'Ghostty',
  WarpTerminal: 'Warp',
  // Programs within a terminal, which hide its name.
  tmux: 'your terminal',
  screen: 'your terminal',
};

const appId = 'dev.localport.app';

export interface ProgramSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly execPath: string;
}

/**
 * The program that macOS holds responsible (TN3179): the app for its children, the terminal for what was started in it, and
 * for a launch agent the program itself. LaunchServices tells an app its own id in `__CFBundleIdentifier`, and what is
 * started in a terminal inherits the terminal's.
 */
export function responsibleProgram({ env, execPath }: ProgramSurroundings): string {
  const bundleId = env['__CFBundleIdentifier'];
  if (bundleId === appId) return 'LocalPort';
  const terminal = env['TERM_PROGRAM'];
  if (terminal !== undefined && terminal !== '') return terminals[terminal] ?? terminal;
  return bundleId === undefined ? path.basename(execPath) : 'your terminal';
}

export const thisLocalNetwork: LocalNetwork = {
  platform: process.platform,
  interfaces: steadyInterfaces(),
  program: responsibleProgram(process),
};
