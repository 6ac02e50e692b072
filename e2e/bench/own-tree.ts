/**
 * What the app itself costs, without the tunnels that it starts: Electron's processes and the guardian, which runs from
 * the first tunnel on. Linux only: it reads /proc.
 */
import { readFile, readlink } from 'node:fs/promises';
import { descendantsOf } from '../fixtures/process-tree.ts';
import { cpuMs } from './relay-processes.ts';

export interface TreeCost {
  /** User and system time since the start, in ms. */
  readonly cpuMs: number;
  /** Proportional set size: memory that n processes share counts 1/n for each. In bytes. */
  readonly pssBytes: number;
}

export interface TreeCosts {
  readonly own: TreeCost;
  /** Including the tunnels. */
  readonly whole: TreeCost;
}

export async function measureTree(pid: number): Promise<TreeCosts> {
  const executable = await readlink(`/proc/${pid}/exe`);
  const costs = await Promise.all(
    [pid, ...(await descendantsOf(pid))].map(async (member) => ({
      isOwn: await isOwn(member, executable),
      cpuMs: await cpuMs(member),
      pssBytes: await pssBytes(member),
    })),
  );
  return { own: sum(costs.filter((cost) => cost.isOwn)), whole: sum(costs) };
}

async function isOwn(pid: number, executable: string): Promise<boolean> {
  if ((await readlink(`/proc/${pid}/exe`).catch(() => '')) === executable) return true;
  return (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).includes('\0localport-lifeline\0');
}

async function pssBytes(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0) * 1024;
}

const sum = (costs: readonly TreeCost[]): TreeCost => ({
  cpuMs: costs.reduce((total, cost) => total + cost.cpuMs, 0),
  pssBytes: costs.reduce((total, cost) => total + cost.pssBytes, 0),
});
