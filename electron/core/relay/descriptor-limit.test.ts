import { describe, expect, it } from 'vitest';
import { parseDescriptorLimit, readDescriptorLimit } from './descriptor-limit.ts';

const limits = (
  soft: string,
): string => `Limit                     Soft Limit           Hard Limit           Units
Max processes             95679                95679                processes
Max open files            ${soft.padEnd(20)} 1048576              files
Max locked memory         8388608              8388608              bytes
`;

describe('the descriptor limit', () => {
  it('is the soft limit', () => {
    expect(parseDescriptorLimit(limits('1024'))).toBe(1024);
    expect(parseDescriptorLimit(limits('unlimited'))).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('is the limit of macOS if the system has no such file', () => {
    expect(parseDescriptorLimit('nothing')).toBe(10_240);
    expect(readDescriptorLimit('/nonexistent/limits')).toBe(10_240);
  });

  it.runIf(process.platform === 'linux')('is read from the system', () => {
    expect(readDescriptorLimit()).toBeGreaterThan(0);
    expect(readDescriptorLimit()).not.toBe(10_240);
  });
});
