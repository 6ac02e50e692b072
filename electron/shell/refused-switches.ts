/**
 * Switches of Chromium and V8 by which another program of this user could read and control the app from within: its memory holds
 * passwords, and a trusted name would stand on what it does. A packaged app does not start with them; the fuses of the build
 * (electron-builder.config.mjs) already take Node's own options away.
 */
const refused =
  /^--?(remote-debugging-(port|pipe|address)|remote-allow-origins|inspect[\w-]*|js-flags)(?==|$)/i;

/** Why the app does not start with these arguments, without their values; null: it may start. */
export function refusalOf(argv: readonly string[]): string | null {
  const found = argv.flatMap((argument) => refused.exec(argument)?.[0] ?? []);
  return found.length === 0 ? null : `${found.join(', ')} would let other programs control LocalPort`;
}
