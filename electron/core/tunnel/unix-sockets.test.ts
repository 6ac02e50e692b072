import { expect, it } from 'vitest';
import { parseListeningUnixSockets } from './unix-sockets.ts';

it('finds listening Unix sockets, with or without a path', () => {
  const table = `Num       RefCount Protocol Flags    Type St Inode Path
0000000000000000: 00000002 00000000 00010000 0001 01 20001 /run/me/a b.sock
0000000000000000: 00000003 00000000 00000000 0001 03 20002 /run/me/connected.sock
0000000000000000: 00000003 00000000 00000000 0001 03 20004
0000000000000000: 00000003 00000000 00010000 0001 03 20003
`;
  expect(parseListeningUnixSockets(table)).toEqual([
    { inode: '20001', path: '/run/me/a b.sock' },
    { inode: '20003', path: '' },
  ]);
});
