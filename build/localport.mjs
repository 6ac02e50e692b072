#!/usr/bin/env node
// The `localport` command of a checkout, for `npx localport` and `npm link`. Builds it if it is missing; after that it
// only loads it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const command = path.resolve(import.meta.dirname, '../dist/localport.cjs');
const load = createRequire(import.meta.url);

if (existsSync(command)) load(command);
else {
  // The output of the setup is not the command's answer: standard output stays clean.
  const setUp = path.join(import.meta.dirname, 'command-set-up.mjs');
  const { status } = spawnSync(process.execPath, [setUp], { stdio: ['ignore', 2, 2] });
  if (status === 0) load(command);
  else process.exitCode = 1;
}
