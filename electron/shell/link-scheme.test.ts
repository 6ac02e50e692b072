import { expect, it } from 'vitest';
import { claimLinks } from './link-scheme.ts';

const claimed = (isPackaged: boolean, platform: NodeJS.Platform): readonly string[] => {
  const schemes: string[] = [];
  const setAsDefaultProtocolClient = (scheme: string): boolean => schemes.push(scheme) > 0;
  claimLinks({ isPackaged, setAsDefaultProtocolClient }, platform);
  return schemes;
};

it('handles links on a Mac only in an installed app', () => {
  expect(claimed(true, 'darwin')).toEqual(['localport']);
  expect(claimed(false, 'darwin')).toEqual([]);
  expect(claimed(true, 'linux')).toEqual([]);
});
