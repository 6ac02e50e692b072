import { answerOf } from '../host-connection.ts';
import { otherVersion } from '../other-version.ts';
import { bad, fine, note } from '../output/findings.ts';
import type { Check } from './examination.ts';
import { isNodeTooOld, minimumNode } from './node-version.ts';

/** A notice ends with its fix, as a separate sentence. */
function saidAndFix(notice: string): [message: string, fix: string] {
  const at = notice.lastIndexOf('. ');
  return [notice.slice(0, at), notice.slice(at + 2)];
}

/** Node, whether LocalPort is running, and the problems that it reports with its own folders. */
export const checkHost: Check = async ({ client }) => {
  const node = isNodeTooOld(process.versions.node)
    ? bad('node', `${process.versions.node} is too old`, `Install Node ${minimumNode.join('.')} or newer.`)
    : fine('node', process.versions.node);
  if (client === null) return [node, note('localport', 'is not running', 'localport daemon start')];
  const { kind, version, pid, notices } = answerOf(await client.request('snapshot', {})).host;
  const other = otherVersion(version);
  const age = other === null ? [] : [note('localport', ...other)];
  const remarks = notices.map((notice) => bad('localport', ...saidAndFix(notice)));
  return [node, fine('localport', `${kind} ${version} is running, pid ${pid}`), ...age, ...remarks];
};
