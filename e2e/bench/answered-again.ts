/** How long clients wait for the end of an outage. */
import { setTimeout as delay } from 'node:timers/promises';
import { exchange } from '../fixtures/servers.ts';
import { secondsSince } from './figure.ts';

const answerDeadlineSeconds = 20;
const pauseAfterFailureMs = 5;
/** A client whose request hangs on a dead connection tries once more. */
const askAgainMs = 250;

/** Time from the call until a new request to each of these ports has been answered, in s. */
export const answeredAgain = (ports: readonly number[]): Promise<readonly number[]> =>
  Promise.all(ports.map(firstAnswer));

async function firstAnswer(port: number): Promise<number> {
  const startedAt = performance.now();
  const answers: number[] = [];
  const ask = async (): Promise<void> => {
    const answer = await exchange({ host: '127.0.0.1', port }, 'alive?').catch(String);
    if (answer === 'alive?') answers.push(secondsSince(startedAt));
    else await delay(pauseAfterFailureMs);
  };
  while (secondsSince(startedAt) < answerDeadlineSeconds) {
    await Promise.race([ask(), delay(askAgainMs)]);
    // Perhaps to an earlier request.
    const [first] = answers;
    if (first !== undefined) return first;
  }
  throw new Error(`127.0.0.1:${port} was not answered within ${answerDeadlineSeconds} s`);
}
