import { describe, expect, it } from 'vitest';
import { parseChildren } from './process-children.ts';

const table = `    1     0 Ss   /sbin/launchd
  812     1 S    kubectl proxy --unix-socket=/run/1.kube
  813   812 S+   aws eks get-token --cluster-name prod
  814   812 Z    (sh)
  815   813 R    python3 -c pass
`;

describe('the children of a process, in the table of ps', () => {
  it('are the running processes with it as their parent', () => {
    expect(parseChildren(table, 812)).toEqual([
      { pid: 813, command: 'aws eks get-token --cluster-name prod' },
    ]);
  });

  it('are missing in a table that cannot be read', () => {
    expect(parseChildren('ps: illegal option\n\n', 812)).toEqual([]);
  });
});
