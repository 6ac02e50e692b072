/**
 * One after another, in reverse order every other round, so that a slow moment of the machine affects all of them
 * alike.
 */
export async function inTurns<Way, Sample>(
  ways: readonly Way[],
  rounds: number,
  sample: (way: Way) => Promise<Sample>,
): Promise<ReadonlyMap<Way, readonly Sample[]>> {
  const samples = new Map<Way, Sample[]>(ways.map((way) => [way, []]));
  for (let round = 0; round < rounds; round++) {
    for (const way of round % 2 === 0 ? ways : ways.toReversed()) samples.get(way)?.push(await sample(way));
  }
  return samples;
}
