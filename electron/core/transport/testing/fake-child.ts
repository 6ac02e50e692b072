import type { ChildExit, ChildLauncher, ChildProcess, ChildRequest } from '../../process/child-process.ts';

/** A launcher whose only child is controlled by the test. */
export class FakeChild implements ChildLauncher, ChildProcess {
  readonly pid = 4242;
  readonly exited: Promise<ChildExit>;
  readonly requests: ChildRequest[] = [];
  /** The `force` of each call of `stop`. */
  readonly stops: boolean[] = [];
  readonly answers: string[] = [];
  #resolveExited: (exit: ChildExit) => void = () => undefined;
  #listener: (stream: 'stdout' | 'stderr', line: string) => void = () => undefined;

  constructor() {
    this.exited = new Promise((resolve) => (this.#resolveExited = resolve));
  }

  launch(request: ChildRequest): ChildProcess {
    this.requests.push(request);
    return this;
  }

  onLine(listener: (stream: 'stdout' | 'stderr', line: string) => void): void {
    this.#listener = listener;
  }

  answer(text: string): void {
    this.answers.push(text);
  }

  stop({ force = false }: { readonly force?: boolean } = {}): Promise<ChildExit> {
    this.stops.push(force);
    return this.exited;
  }

  say(line: string): void {
    this.#listener('stderr', line);
  }

  /** On stdout. */
  print(...lines: readonly string[]): void {
    for (const line of lines) this.#listener('stdout', line);
  }

  exit(exit: Partial<ChildExit> = {}): void {
    this.#resolveExited({
      exitCode: 1,
      signal: null,
      startError: null,
      stopped: this.stops.length > 0,
      survived: false,
      lastLines: [],
      ...exit,
    });
  }
}
