/**
 * The first file of the installed app: the menu-bar app, or the command or the daemon in its runtime.
 *
 * It is an ES module for its last line. Electron waits for the main script when that is one, and turns Node's event loop
 * meanwhile (`NodeBindings::JoinAppCode`, shell/common/node_bindings.cc), before it sets up anything of Chromium. A script
 * that never ends waiting is thus a plain Node: without a display, without child processes, without Electron's signal
 * handlers. The bundles end it by `process.exit`.
 */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { systemClock as clock } from './core/clock.ts';
import { sayWhyNotStarted } from './core/host/terminal.ts';
import { chromiumVariables, roleStart } from './core/install/app-runtime.ts';
import { refusalOf } from './shell/refused-switches.ts';

/** What a timer can wait, 24 days. A command is shorter, and a daemon listens. */
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
  // An event loop with nothing to do would end the wait, and Chromium would start.
  clock.after(longestTimerMs, () => undefined);
  load(script);
  await new Promise(() => undefined);
}
