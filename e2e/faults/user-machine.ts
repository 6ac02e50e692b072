/**
 * The user's machine: a separate network namespace, in which LocalPort and the clients run. Each remote host has its
 * own link, so that it can fall silent alone. The servers run in the namespace of this process.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import path from 'node:path';
import { nowMs } from './monotonic.ts';

export type Prefix = readonly [string, ...string[]];

export interface Link {
  /** The host's address. */
  readonly hostAddress: string;
  /** The user's, as the host sees it. */
  readonly userAddress: string;
  /**
   * true: packets are lost in both directions, without any error. Each end then sends to a hardware address that no one
   * has; an unplugged cable, or an address without an ARP answer, would be noticed.
   */
  setSilent(silent: boolean): void;
}

/** A link with a long delay, which cannot be silenced. */
export interface WideLink extends Pick<Link, 'hostAddress' | 'userAddress'> {
  /** An unused address of the same network: packets are lost. */
  readonly nobody: string;
}

export interface WideLinkOptions {
  /** One way. */
  readonly delayMs: number;
  /** A NAT on the path forgets TCP connections after this time without a packet; null: there is no NAT. */
  readonly forgetsAfterSeconds: number | null;
}

const python = '/usr/bin/python3';
const wideLinkProgram = path.join(import.meta.dirname, '../fixtures/wide_link.py');
const ownNamespaceDeadlineMs = 5_000;
const nobody = '02:00:00:00:00:99';

export class UserMachine {
  /** A command prefix: runs the command on the user's machine. */
  readonly prefix: Prefix;
  readonly #pid: number;
  #links = 0;

  constructor() {
    const holder = spawn('unshare', ['--net', 'sleep', 'infinity'], { stdio: 'ignore' });
    this.#pid = holder.pid ?? 0;
    this.prefix = ['nsenter', `--net=/proc/${this.#pid}/ns/net`, '--'];
    waitForOwnNamespace(this.#pid);
    this.#run('ip', 'link', 'set', 'lo', 'up');
  }

  addLink(): Link {
    const { number, userAddress, hostAddress, userDevice, hostDevice } = this.#nextLink();
    const [userMac, hostMac] = [`02:00:00:00:${number}:01`, `02:00:00:00:${number}:02`];
    const here = ['address', hostMac, 'type', 'veth', 'peer', 'name', userDevice, 'address', userMac];
    run('ip', 'link', 'add', hostDevice, ...here, 'netns', String(this.#pid));
    run('ip', 'address', 'add', `${hostAddress}/24`, 'dev', hostDevice);
    run('ip', 'link', 'set', hostDevice, 'up');
    this.#run('ip', 'address', 'add', `${userAddress}/24`, 'dev', userDevice);
    this.#run('ip', 'link', 'set', userDevice, 'up');
    this.#route(number, hostAddress);
    const setSilent = (silent: boolean): void => {
      const set = (address: string, device: string, mac: string): readonly string[] => [
        'ip',
        'neighbor',
        'replace',
        address,
        'lladdr',
        silent ? nobody : mac,
        'dev',
        device,
        'nud',
        'permanent',
      ];
      this.#run(...set(hostAddress, userDevice, hostMac));
      run(...set(userAddress, hostDevice, userMac));
    };
    setSilent(false);
    return { hostAddress, userAddress, setSilent };
  }

  async addWideLink({ delayMs, forgetsAfterSeconds }: WideLinkOptions): Promise<WideLink> {
    const { number, userAddress, hostAddress, userDevice, hostDevice } = this.#nextLink();
    const forget = forgetsAfterSeconds === null ? [] : [String(forgetsAfterSeconds)];
    const line = spawn(python, [wideLinkProgram, userDevice, hostDevice, String(delayMs), ...forget], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(line.stdout, 'data');
    run('ip', 'link', 'set', userDevice, 'netns', String(this.#pid));
    run('ip', 'address', 'add', `${hostAddress}/24`, 'dev', hostDevice);
    run('ip', 'link', 'set', hostDevice, 'up');
    this.#run('ip', 'address', 'add', `${userAddress}/24`, 'dev', userDevice);
    this.#run('ip', 'link', 'set', userDevice, 'up');
    this.#route(number, hostAddress);
    return { userAddress, hostAddress, nobody: `10.77.${number}.3` };
  }

  #nextLink(): Pick<Link, 'hostAddress' | 'userAddress'> &
    Readonly<Record<'userDevice' | 'hostDevice', string>> & { readonly number: number } {
    this.#links += 1;
    const number = this.#links;
    const [userDevice, hostDevice] = [`wan${number}`, `host${number}`];
    return {
      number,
      userAddress: `10.77.${number}.1`,
      hostAddress: `10.77.${number}.2`,
      userDevice,
      hostDevice,
    };
  }

  /** LocalPort may look for a default route to find out whether there is a network. */
  #route(number: number, hostAddress: string): void {
    if (number === 1) this.#run('ip', 'route', 'add', 'default', 'via', hostAddress);
  }

  #run(...argv: readonly string[]): void {
    run(...this.prefix, ...argv);
  }
}

function run(...[program = '', ...args]: readonly string[]): void {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** unshare(1) may not have finished its setup right after its start. */
function waitForOwnNamespace(pid: number): void {
  const own = readlinkSync('/proc/self/ns/net');
  const until = nowMs() + ownNamespaceDeadlineMs;
  while (nowMs() < until) if (readlinkSync(`/proc/${pid}/ns/net`) !== own) return;
  throw new Error('no network namespace of its own');
}
