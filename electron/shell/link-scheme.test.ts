import { expect, it } from 'vitest';
import { claimLinks } from './link-scheme.ts';

const claimed = (isPackaged: boolean, platform: NodeJS.Platform): readonly string[] => {
  const schemes: string[] = [];
  const setAsDefaultProtocolClient = (scheme: string): boolean => schemes.push(scheme) > 0;
  claimLinks({ isPackaged, setAsDefaultProtocolClient }, platform);
  return schemes;
};

it('takes links on a Mac for an installed app, and for no other', () => {
  expect(claimed(true, 'darwin')).toEqual(['localport']);
  expect(claimed(false, 'darwin')).toEqual([]);
  expect(claimed(true, 'linux')).toEqual([]);
});
