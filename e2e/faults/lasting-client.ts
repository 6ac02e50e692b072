/** One client that stays connected, on the user's machine, as the row sees it. */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { clientArgument, type ClientAnswer, type ClientOrder } from './lasting-client-program.ts';
import type { Prefix } from './user-machine.ts';

export class LastingClient {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;
  #begunAt = NaN;

  private constructor(prefix: Prefix, order: ClientOrder) {
    const self = [process.execPath, process.argv[1] ?? '', clientArgument, JSON.stringify(order)];
    const [program, ...args] = [...prefix, ...self];
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Connects and sends one request. Throws if that fails. */
  static async open(prefix: Prefix, order: ClientOrder): Promise<LastingClient> {
    const client = new LastingClient(prefix, order);
    const { fault, begunAt } = await client.#answer();
    client.#begunAt = begunAt;
    if (fault !== null) throw new Error(`${order.kind} at ${order.host}:${order.port}: ${fault}`);
    return client;
  }

  /** When it began to connect; a moment of `nowMs`. */
  get begunAt(): number {
    return this.#begunAt;
  }

  /** Sends one request on the same connection. Returns why there was no answer; null: there was one. */
  async ask(): Promise<string | null> {
    this.#child.stdin.write('ask\n');
    return (await this.#answer()).fault;
  }

  async #answer(): Promise<ClientAnswer> {
    const next = await this.#lines.next();
    if (next.done === true) throw new Error('the client has ended');
    return JSON.parse(next.value) as ClientAnswer;
  }
}
