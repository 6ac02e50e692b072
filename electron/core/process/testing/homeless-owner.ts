/** Stands in for the app in a folder that is removed while it runs. Prints the output of a program that it starts after that. */
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { outputOf } from '../program-output.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'localport-gone-'));
process.chdir(folder);
// Node remembers it from here on.
process.cwd();
rmdirSync(folder);
void outputOf(['/bin/echo', 'started'], { timeoutMs: 5_000, maxOutputBytes: 1024 }).then((output) => {
  console.log(output);
});
