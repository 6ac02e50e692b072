/**
 * Runs the checks of all services on one timer.
 *
 * 1. A tunnel has at most one monitor, and a monitor runs at most one regular check.
 * 2. A check that hangs or fails delays only itself: when all slots are in use, the check that is most overdue gets the
 *    next free one.
 * 3. While paused or closed, no regular check runs and no timer is set.
 */
import type { Clock, Timer } from '../clock.ts';
import type {
  HealthMonitor,
  HealthMonitorScheduler,
  HealthTarget,
  ReportListener,
} from './health-monitor.ts';
import type { Probe } from './probe.ts';
import { TunnelMonitor } from './tunnel-monitor.ts';

/** Checks due within this window share one wake-up of the process. */
const coalescingWindowMs = 100;

export interface HealthMonitorSchedulerOptions {
  readonly clock: Clock;
  readonly probes: Probe;
  /**
   * A check is a waiting socket, for up to a second on a silent service and up to its timeout on a dead one: the limit
   * must allow a hundred of them at the usual interval of 5 s.
   */
  readonly maxConcurrentProbes?: number;
  /** In [0, 1): spreads the checks of services that start together. */
  readonly random?: () => number;
}

export function createHealthMonitorScheduler(options: HealthMonitorSchedulerOptions): HealthMonitorScheduler {
  return new TimerHealthMonitorScheduler(options);
}

class TimerHealthMonitorScheduler implements HealthMonitorScheduler {
  readonly #clock: Clock;
  readonly #probe: Probe;
  readonly #maxConcurrentProbes: number;
  readonly #random: () => number;
  readonly #tasks = new Map<string, TunnelMonitor>();
  /** Monitors that are still closing their sockets; `close` waits for them. */
  readonly #stopping = new Set<Promise<void>>();
  #running = 0;
  #timer: Timer | null = null;
  #state: 'watching' | 'paused' | 'closed' = 'watching';

  constructor(options: HealthMonitorSchedulerOptions) {
    this.#clock = options.clock;
    this.#probe = options.probes;
    this.#maxConcurrentProbes = options.maxConcurrentProbes ?? 64;
    this.#random = options.random ?? Math.random;
  }

  watch(target: HealthTarget, onReport: ReportListener): HealthMonitor {
    if (this.#state === 'closed') return inactiveMonitor;
    const tools = { clock: this.#clock, probe: this.#probe, random: this.#random };
    const task = new TunnelMonitor(target, onReport, tools);
    void this.#stop(this.#tasks.get(target.tunnelId));
    this.#tasks.set(target.tunnelId, task);
    this.#startDueChecks();
    const startIf = (isDue: boolean): void => {
      if (isDue) this.#startDueChecks();
    };
    return {
      prove: async () => {
        const evidence = await task.prove();
        this.#startDueChecks();
        return evidence;
      },
      observe: (evidence) => startIf(task.observe(evidence)),
      complained: (cause) => startIf(task.complained(cause)),
      forgetTarget: () => task.forgetTarget(),
      checkNow: () => {
        task.makeDue();
        this.#startDueChecks();
      },
      stop: () => this.#stop(task),
    };
  }

  pause(): void {
    if (this.#state !== 'watching') return;
    this.#state = 'paused';
    this.#timer?.cancel();
    for (const task of this.#tasks.values()) task.interrupt();
  }

  resume(): void {
    if (this.#state !== 'paused') return;
    this.#state = 'watching';
    for (const task of this.#tasks.values()) task.reschedule();
    this.#startDueChecks();
  }

  async close(): Promise<void> {
    this.#state = 'closed';
    this.#timer?.cancel();
    for (const task of this.#tasks.values()) void this.#stop(task);
    await Promise.all(this.#stopping);
  }

  active(): number {
    return this.#tasks.size;
  }

  async #stop(task: TunnelMonitor | undefined): Promise<void> {
    if (task === undefined) return;
    if (this.#tasks.get(task.tunnelId) === task) this.#tasks.delete(task.tunnelId);
    const stopped = task.stop();
    this.#stopping.add(stopped);
    await stopped;
    this.#stopping.delete(stopped);
  }

  #startDueChecks(): void {
    this.#timer?.cancel();
    if (this.#state !== 'watching') return;
    const idle = [...this.#tasks.values()]
      .flatMap((task) => (task.dueAt === null ? [] : [{ task, dueAt: task.dueAt }]))
      .sort((a, b) => a.dueAt - b.dueAt);
    const dueUntil = this.#clock.now() + coalescingWindowMs;
    for (const { task, dueAt } of idle) {
      // The next check starts when a slot becomes free.
      if (this.#running >= this.#maxConcurrentProbes) return;
      if (dueAt > dueUntil) {
        this.#timer = this.#clock.after(dueAt - this.#clock.now(), () => this.#startDueChecks());
        return;
      }
      void this.#run(task);
    }
  }

  async #run(task: TunnelMonitor): Promise<void> {
    this.#running += 1;
    try {
      await task.check();
    } finally {
      this.#running -= 1;
      this.#startDueChecks();
    }
  }
}

const inactiveMonitor: HealthMonitor = {
  prove: () => Promise.resolve(null),
  checkNow: () => undefined,
  observe: () => undefined,
  complained: () => undefined,
  forgetTarget: () => undefined,
  stop: () => Promise.resolve(),
};
