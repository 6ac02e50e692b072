/**
 * Whether a file name matches a pattern of `*` and `?`, in at most pattern × name steps. As a regular expression, twenty stars
 * and a name that almost matches would take forever.
 */
export function matchesPattern(name: string, pattern: string): boolean {
  let [at, inPattern] = [0, 0];
  /** The last star, and the end of the text that it matches. */
  let [star, resumeAt] = [-1, 0];
  while (at < name.length) {
    const wanted = pattern[inPattern];
    if (wanted === '*') {
      star = inPattern++;
      resumeAt = at;
    } else if (wanted === '?' || wanted === name[at]) {
      inPattern++;
      at++;
    } else if (star === -1) return false;
    else {
      inPattern = star + 1;
      at = ++resumeAt;
    }
  }
  return /^\**$/.test(pattern.slice(inPattern));
}
