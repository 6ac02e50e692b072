/** As `engines` in package.json says. */
export const minimumNode = [20, 19] as const;

/** `version`: `20.19.0`, or `v20.19.0` as `node --version` prints it. */
export function isNodeTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major < minimumNode[0] || (major === minimumNode[0] && minor < minimumNode[1]);
}
