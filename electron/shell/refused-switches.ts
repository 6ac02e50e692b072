/**
 * Switches of Chromium and V8 by which another program of this user could read and steer the app from within: its memory holds
 * passwords, and a trusted name would stand on what it does. A packaged app does not start with them; the fuses of the build
 * (electron-builder.config.mjs) already take Node's own options away.
 */
const refused =
  /^--?(remote-debugging-(port|pipe|address)|remote-allow-origins|inspect[\w-]*|js-flags)(?==|$)/i;

/** Those in the arguments, without their values. */
export const refusedSwitches = (argv: readonly string[]): readonly string[] =>
  argv.flatMap((argument) => refused.exec(argument)?.[0] ?? []);
