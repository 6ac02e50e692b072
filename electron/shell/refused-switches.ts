/**
 * Switches of Chromium and V8 that would let another program of this user read and control the app from within: its memory
 * contains passwords, and the other program would act under the name of a trusted app. A packaged app does not start with
 * them; the build's fuses (electron-builder.config.mjs) already disable Node's own options.
 */
const refused =
  /^--?(remote-debugging-(port|pipe|address)|remote-allow-origins|inspect[\w-]*|js-flags)(?==|$)/i;

/** Why the app does not start with these arguments, naming the switches without their values; null: it may start. */
export function refusalOf(argv: readonly string[]): string | null {
  const found = argv.flatMap((argument) => refused.exec(argument)?.[0] ?? []);
  return found.length === 0 ? null : `${found.join(', ')} would let other programs control LocalPort`;
}
