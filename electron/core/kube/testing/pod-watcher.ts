/** Pod watches on a simulated API server, through the real kubectl proxy; their verdicts as lines. */
import { eventually } from '../../../../e2e/fixtures/eventually.ts';
import { systemClock, type Clock } from '../../clock.ts';
import { classifyKubeAnswer } from '../../failure/kube-answer.ts';
import { kubectlConnection, serviceWith } from '../../tunnel/testing/service-specs.ts';
import type { KubeApi } from '../kube-api.ts';
import { KubeWorld } from './kube-world.ts';
import type { PodVerdict, TargetQuestion } from '../pod-verdict.ts';
import { PodWatch } from '../pod-watch.ts';

/** Runs 50 times faster: 15 s take 0.3 s. */
const hastyClock: Clock = {
  ...systemClock,
  now: () => systemClock.now() * 50,
  after: (delayMs, action) => systemClock.after(delayMs / 50, action),
};

export class PodWatcher {
  readonly world: KubeWorld;
  readonly #requests: KubeApi;
  readonly #watches: PodWatch[] = [];

  private constructor(world: KubeWorld, requests: KubeApi) {
    this.world = world;
    this.#requests = requests;
  }

  /** The cluster has one service, `web`, and one pod behind it, `web-0`. */
  static async create(): Promise<PodWatcher> {
    const world = await KubeWorld.create();
    return new PodWatcher(world, (await world.openReady()).requests);
  }

  get api(): KubeWorld['api'] {
    return this.world.api;
  }

  watch(given: Partial<TargetQuestion> = {}): WatchedTarget {
    const said: PodVerdict[] = [];
    const question: TargetQuestion = {
      target: { kind: 'service', name: 'web' },
      port: 8080,
      namespace: 'default',
      context: null,
      ...given,
    };
    const { target, namespace, context } = question;
    const service = serviceWith(kubectlConnection({ target, namespace, context }));
    const watch = new PodWatch({
      api: this.#requests,
      clock: hastyClock,
      question,
      explain: (answer) => classifyKubeAnswer(service, answer),
      onVerdict: (verdict) => said.push(verdict),
    });
    this.#watches.push(watch);
    return new WatchedTarget(watch, said);
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#watches.map((watch) => watch.close()));
    await this.world.dispose();
  }
}

export class WatchedTarget {
  readonly watch: PodWatch;
  /** Oldest first. */
  readonly said: readonly PodVerdict[];

  constructor(watch: PodWatch, said: readonly PodVerdict[]) {
    this.watch = watch;
    this.said = said;
  }

  get lines(): readonly string[] {
    return this.said.map(lineOf);
  }

  /** Waits until this is the last line. */
  async says(line: string): Promise<void> {
    await eventually(`"${line}" is said`, () => {
      if (this.lines.at(-1) === line) return true;
      throw new Error(`said was: ${JSON.stringify(this.said)}`);
    });
  }
}

/** `web-0:8080`, `web-0:8080 unready`, `forbidden: You may not …`. */
function lineOf(verdict: PodVerdict): string {
  if (verdict.kind === 'none') {
    const { code, title, evidence } = verdict.cause;
    return `${code}: ${title}${code === 'no-ready-pod' && evidence !== null ? `: ${evidence}` : ''}`;
  }
  return `${verdict.pod}:${verdict.port}${verdict.isReady ? '' : ' unready'}`;
}
