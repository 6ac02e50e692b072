/** Empties the config in its first argument, as the user with the uid in its second one. Prints the result. */
import { readFileSync } from 'node:fs';
import { digestOf, TrustStore } from '../../trust-store.ts';
import { writeConfigFile } from '../config-file.ts';

const [, , realPath = '', uid = ''] = process.argv;
process.setgroups?.([]);
process.setgid?.(Number(uid));
process.setuid?.(Number(uid));
const text = readFileSync(realPath, 'utf8');
const former = { text, digest: digestOf(text), hasMark: false, realPath };
const trust = new TrustStore('/nowhere');
void writeConfigFile(former, '', { uid: Number(uid), trust, needsTrust: false }).then((result) => {
  if (result.ok) console.log('written');
  else console.log(result.error.kind === 'failed' ? result.error.message : 'changed');
});
