/**
 * The entry point of the installed app: runs the menu-bar app, or the command or the daemon in its runtime.
 *
 * It is an ES module because of its last line. Electron waits for a main script that is a module, and runs Node's event loop
 * in the meantime (`NodeBindings::JoinAppCode`, shell/common/node_bindings.cc), before it sets up Chromium. A script that
 * never finishes is therefore plain Node: no display, no child processes, no Electron signal handlers. The bundles end it
 * with `process.exit`.
 */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { systemClock as clock } from './core/clock.ts';
import { sayWhyNotStarted } from './core/host/terminal.ts';
import { chromiumVariables, roleStart } from './core/install/app-runtime.ts';
import { refusalOf } from './shell/refused-switches.ts';

/** The maximum delay of a timer, 24 days. Commands finish earlier, and a daemon's open socket keeps it alive. */
const longestTimerMs = 2 ** 31 - 1;

const role = roleStart(process.argv);
const load = createRequire(import.meta.url);

if (role === null) load('./main.cjs');
else {
  const refusal = refusalOf(role.switches);
  if (refusal !== null) {
    sayWhyNotStarted(refusal);
    process.exit(1);
  }
  for (const name of chromiumVariables(process.env)) Reflect.deleteProperty(process.env, name);
  const script = fileURLToPath(new URL(role.script, import.meta.url));
  process.argv.splice(1, process.argv.length, script, ...role.args);
  // With an idle event loop Electron would stop waiting, and Chromium would start.
  clock.after(longestTimerMs, () => undefined);
  load(script);
  await new Promise(() => undefined);
}
