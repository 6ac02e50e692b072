import { runTool } from '../tool-run.ts';
import { bad, fine, note } from '../output/findings.ts';
import { showCount } from '../output/quantity.ts';
import type { Check } from './examination.ts';

const askMs = 5_000;

/** The ssh agent: its socket, whether it answers there, and whether it has keys; ssh-add(1) for the exit codes. */
export const checkAgent: Check = async ({ context, environment, services }) => {
  const isNeeded = services.some(
    ({ connection }) =>
      connection.technology === 'ssh' &&
      connection.keyFile === null &&
      connection.password === null &&
      connection.usesOwnMaster !== true,
  );
  const socket = environment['SSH_AUTH_SOCK'];
  if (socket === undefined || socket === '') {
    const message = 'SSH_AUTH_SOCK is not set in your login shell';
    return [
      isNeeded
        ? note('ssh agent', message, 'Start an agent, or set key_file.')
        : fine('ssh agent', `${message}, and no service needs one`),
    ];
  }
  const run = await runTool({ ...context, env: environment }, ['ssh-add', '-l'], askMs);
  if (run.exitCode === 0)
    return [fine('ssh agent', `${showCount(run.stdout.trim().split('\n').length, 'key')} (${socket})`)];
  if (run.exitCode === 1) return [note('ssh agent', `is running but has no keys (${socket})`, 'ssh-add')];
  return [
    bad('ssh agent', `no agent answers at ${socket}`, 'Start ssh-agent again, and correct SSH_AUTH_SOCK.'),
  ];
};
