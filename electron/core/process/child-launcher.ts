import type { ChildLauncher, ChildProcess, ChildRequest } from './child-process.ts';
import { neverStarted, type SpawnedChildOptions, spawnChild } from './spawned-child.ts';

export interface LivingChild {
  readonly name: string;
  readonly pid: number;
}

/** Starts children in process groups of their own and knows which are alive. */
export class GroupLauncher implements ChildLauncher {
  readonly #options: SpawnedChildOptions;
  readonly #living = new Map<number, { readonly name: string; readonly child: ChildProcess }>();
  #isClosed = false;

  constructor(options: SpawnedChildOptions) {
    this.#options = options;
  }

  launch(request: ChildRequest): ChildProcess {
    if (this.#isClosed) return neverStarted(Promise.resolve(closed));
    const child = spawnChild(request, this.#options);
    const { pid } = child;
    if (pid !== null) {
      this.#living.set(pid, { name: request.name, child });
      const forget = (): boolean => this.#living.delete(pid);
      void child.exited.then(({ survived }) => (survived ? child.gone.then(forget) : forget()));
    }
    return child;
  }

  /** Children whose end has not been reported yet, and those that survived SIGKILL, the oldest first. */
  alive(): readonly LivingChild[] {
    return [...this.#living].map(([pid, { name }]) => ({ name, pid }));
  }

  /** Kills every living child, and starts no more: what is being stopped may only now get its turn. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.stopAll({ force: true });
  }

  /** Stops every living child, all at the same time, the youngest first. */
  async stopAll(options: { readonly force?: boolean } = {}): Promise<void> {
    await Promise.all([...this.#living.values()].reverse().map(({ child }) => child.stop(options)));
  }
}

const closed = { code: 'ECANCELED', message: 'LocalPort is stopping' } as const;
