import type { Clock, Timer } from '../../clock.ts';
import type { Probe, ProbeRequest, ProbeResult } from '../probe.ts';

export interface AskedProbe {
  readonly at: number;
  readonly request: ProbeRequest;
}

/** A failure without bytes from the remote end. */
const failure: ProbeResult = {
  kind: 'failed',
  finding: 'the connection was closed right after it opened',
  failure: { kind: 'closed', stage: 'right-after-opening', remoteEndSpoke: false },
};

/** `hangs`: until it is canceled; `passes-anyway`: even if canceled; `gives-up`: ends without an answer. */
export type FakeAnswer = 'passes' | 'fails' | 'hangs' | 'passes-anyway' | 'gives-up';

/** A probe with scripted results: passes or fails after a delay, and obeys its signal like a real one. */
export class FakeProbe {
  readonly asked: AskedProbe[] = [];
  /** The result of each coming check. */
  answer: (request: ProbeRequest) => FakeAnswer = () => 'passes';
  tookMs = 0;
  running = 0;
  mostRunning = 0;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** When each check of this tunnel was requested, in ms; without a path, of all tunnels. */
  timesOf(path?: string): readonly number[] {
    return this.asked
      .filter(({ request }) => path === undefined || pathOf(request) === path)
      .map(({ at }) => at);
  }

  readonly probe: Probe = async (request) => {
    this.asked.push({ at: this.#clock.now(), request });
    this.mostRunning = Math.max(this.mostRunning, ++this.running);
    try {
      return await this.#settle(request);
    } finally {
      this.running -= 1;
    }
  };

  #settle(request: ProbeRequest): Promise<ProbeResult> {
    const answer = this.answer(request);
    return new Promise((resolve) => {
      let timer: Timer | null = null;
      const settle = (result: ProbeResult): void => {
        timer?.cancel();
        request.signal.removeEventListener('abort', cancel);
        resolve(result);
      };
      const cancel = (): void => settle({ kind: 'canceled' });
      if (answer !== 'passes-anyway') request.signal.addEventListener('abort', cancel);
      if (request.signal.aborted) cancel();
      if (answer === 'hangs') return;
      timer = this.#clock.after(this.tookMs, () => {
        if (answer === 'gives-up') cancel();
        else settle(answer === 'fails' ? failure : { kind: 'passed', tookMs: this.tookMs });
      });
    });
  }
}

function pathOf({ endpoint }: ProbeRequest): string {
  switch (endpoint.kind) {
    case 'unix':
      return endpoint.path;
    case 'tcp':
      return endpoint.host;
    case 'in-process':
      return 'this process';
  }
}
