/**
 * Makes socket pairs in a folder, its argument, until that fails, then prints the error code. For a low `ulimit
 * -n`.
 */
import path from 'node:path';
import { makeSocketPair, type SocketPair } from '../socket-pair.ts';

async function main(folder: string): Promise<void> {
  const pairs: SocketPair[] = [];
  // Keeps the process alive in case a pair never arrives.
  process.stdin.resume();
  for (;;) {
    try {
      pairs.push(await makeSocketPair(path.join(folder, `${String(pairs.length)}.pair`)));
    } catch (error) {
      console.log((error as NodeJS.ErrnoException).code);
      process.exit();
    }
  }
}

void main(process.argv[2] ?? '');
