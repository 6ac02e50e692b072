/** Which of two versions is older (semver.org 2.0.0, 11). */

interface Version {
  readonly numbers: readonly number[];
  /** A pre-release comes before its release. */
  readonly isRelease: boolean;
}

/** Also false if either text is not a version, so that no action is taken. */
export function isOlderVersion(version: string, than: string): boolean {
  const [a, b] = [parse(version), parse(than)];
  if (a === null || b === null) return false;
  for (const [index, number] of a.numbers.entries()) {
    const other = b.numbers[index] ?? 0;
    if (number !== other) return number < other;
  }
  return !a.isRelease && b.isRelease;
}

function parse(text: string): Version | null {
  const match = /^(\d+)\.(\d+)\.(\d+)(-[\w.-]+)?(?:\+[\w.-]+)?$/.exec(text);
  return match === null
    ? null
    : { numbers: match.slice(1, 4).map(Number), isRelease: match[4] === undefined };
}
