/**
 * Another user's fake host: as that user, it takes the runtime folder that its first argument names, and claims there
 * that all is up. Prints `asked` for each request.
 */
import { chmodSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { controlProtocol } from '../../../shared/control-contract.ts';
import { aSnapshot } from '../../shell/testing/snapshots.ts';

const [, , folder = '', uid = ''] = process.argv;
process.setgroups?.([]);
process.setgid?.(Number(uid));
process.setuid?.(Number(uid));
mkdirSync(folder);
chmodSync(folder, 0o755);
const socketPath = path.join(folder, 'control.sock');
createServer((request, response) => {
  console.log('asked');
  const { host } = aSnapshot();
  const answer = request.url === '/v1/host' ? { protocol: controlProtocol, host } : aSnapshot();
  response.end(`${JSON.stringify(answer)}\n`);
}).listen(socketPath, () => {
  chmodSync(socketPath, 0o777);
  console.log('ready');
});
