import { bad, fine, note } from '../output/findings.ts';
import type { Check } from './examination.ts';

const minimumNode = [20, 19] as const;

/** Node, whether a host runs, and what it reports about itself. */
export const checkHost: Check = async ({ client }) => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isOld = major < minimumNode[0] || (major === minimumNode[0] && minor < minimumNode[1]);
  const node = isOld
    ? bad('node', `${process.versions.node} is too old`, `Install Node ${minimumNode.join('.')} or newer.`)
    : fine('node', process.versions.node);
  if (client === null) return [node, note('localport', 'is not running', 'localport daemon start')];
  const { kind, version, pid, notices } = client.host;
  return [
    node,
    fine('localport', `${kind} ${version} is running, pid ${pid}`),
    ...notices.map((text) => note('localport', text)),
  ];
};
