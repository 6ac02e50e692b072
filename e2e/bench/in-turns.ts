/**
 * One after another, in reverse order every other round, so that a slow moment of the machine affects all of them
 * alike.
 */
export async function inTurns<Variant, Sample>(
  variants: readonly Variant[],
  rounds: number,
  sample: (variant: Variant) => Promise<Sample>,
): Promise<ReadonlyMap<Variant, readonly Sample[]>> {
  const samples = new Map<Variant, Sample[]>(variants.map((variant) => [variant, []]));
  for (let round = 0; round < rounds; round++) {
    for (const variant of round % 2 === 0 ? variants : variants.toReversed())
      samples.get(variant)?.push(await sample(variant));
  }
  return samples;
}
