/** The message of `start` without a config: nothing can be turned on, and how to create a config. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { CommandContext } from './command-context.ts';
import { CommandFailure } from './command-failure.ts';
import { alignColumns } from './output/columns.ts';

export const missingConfig = (context: CommandContext): CommandFailure =>
  new CommandFailure(`there is no config yet; it belongs in ${context.paths.defaultConfigPath}`, {
    hint: ['To create it, use one of these:', ...suggestions(context)].join('\n'),
  });

/** Imports first, if there is something to import. */
function suggestions({ env, homeDirectory }: CommandContext): readonly string[] {
  const [kubeconfig = ''] = (env['KUBECONFIG'] ?? '').split(path.delimiter);
  const hasClusters = existsSync(kubeconfig === '' ? path.join(homeDirectory, '.kube/config') : kubeconfig);
  const hasHosts = existsSync(path.join(homeDirectory, '.ssh/config'));
  const rows = [
    ...(hasHosts ? [['localport import ssh --write', 'the forwards in your ~/.ssh/config']] : []),
    ...(hasClusters ? [['localport import kube --write', 'services of your kube contexts']] : []),
    ['localport add ssh bastion db:5432', 'one service; also: add kube, add tcp, add command'],
    ['localport config init', 'a file with examples to edit'],
  ];
  return alignColumns(rows.map(([command = '', does = '']) => [{ text: `  ${command}` }, { text: does }]));
}
