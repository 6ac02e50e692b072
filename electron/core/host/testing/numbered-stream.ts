/** A client that exchanges numbered lines with a greeting echo server, and detects the first one out of order. */
import { once } from 'node:events';
import net from 'node:net';
import { eventually } from '../../../../e2e/fixtures/eventually.ts';
import { greeting } from '../../../../e2e/fixtures/servers.ts';
import { sleep, systemClock as clock } from '../../clock.ts';

export interface NumberedStream {
  /** How many lines came back in order. */
  readonly echoed: number;
  /** What went wrong: a line that was lost or changed, or how the connection ended. null: nothing so far. */
  readonly fault: string | null;
  /** Resolves when this many more lines have come back, or when there is a fault. */
  goesOn(lines: number): Promise<void>;
  /** Stops sending, waits until every line is back, and disconnects. */
  leave(): Promise<void>;
}

const paceMs = 5;

export async function openNumberedStream(port: number): Promise<NumberedStream> {
  const socket = net.connect({ host: '127.0.0.1', port });
  await once(socket, 'connect');
  const stop = new AbortController();
  let sent = 0;
  let echoed = 0;
  let rest = '';
  let fault: string | null = null;

  socket.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === greeting && echoed === 0) continue;
      if (line === String(echoed)) echoed += 1;
      else fault ??= `got line ${JSON.stringify(line)} instead of ${echoed}`;
    }
  });
  socket.on('error', (error: NodeJS.ErrnoException) => (fault ??= error.code ?? error.message));
  let isLeaving = false;
  socket.on('close', () => {
    stop.abort();
    // Even between two lines. Node also reports a reset in the same turn as bytes this way (relay/reset.ts).
    if (!isLeaving) fault ??= 'ended';
  });
  const sending = (async () => {
    do socket.write(`${sent++}\n`);
    while (await sleep(clock, paceMs, stop.signal));
  })();

  const goesOn = (lines: number): Promise<void> => {
    const enough = echoed + lines;
    return eventually(`${lines} more lines through port ${port}`, () => fault !== null || echoed >= enough);
  };
  await goesOn(1);
  return {
    get echoed() {
      return echoed;
    },
    get fault() {
      return fault;
    },
    goesOn,
    leave: async () => {
      stop.abort();
      await sending;
      await eventually(`every line through port ${port} is back`, () => fault !== null || echoed === sent);
      isLeaving = true;
      socket.destroy();
    },
  };
}
