import { expect, it } from 'vitest';
import { macComplaints } from './mac-checks.mjs';

const well = { code: 0, output: '' };
const wanted = { isNotarized: true, version: '1.0.0', electron: '45.4.1' };
const findings = {
  codesign: well,
  spctl: { code: 0, output: 'LocalPort.app: accepted\nsource=Notarized Developer ID' },
  stapler: { code: 0, output: 'The validate action worked!' },
  infoPlist: {
    CFBundleIdentifier: 'dev.localport.app',
    CFBundleShortVersionString: '1.0.0',
    LSUIElement: true,
    LSMinimumSystemVersion: '13.0',
    NSLocalNetworkUsageDescription: 'connects to servers in your local network',
  },
  electron: '45.4.1',
  fuses: {
    RunAsNode: false,
    EnableNodeOptionsEnvironmentVariable: false,
    EnableNodeCliInspectArguments: false,
    EnableEmbeddedAsarIntegrityValidation: true,
    OnlyLoadAppFromAsar: true,
    GrantFileProtocolExtraPrivileges: false,
  },
};

it('accepts a good app', () => {
  expect(macComplaints(findings, wanted)).toEqual([]);
});

it('asks Gatekeeper only about a notarized app', () => {
  const unknown = { code: 3, output: 'LocalPort.app: rejected' };
  const noTicket = { code: 65, output: 'LocalPort.app does not have a ticket stapled to it.' };
  const adHoc = { ...findings, spctl: unknown, stapler: noTicket };
  expect(macComplaints(adHoc, { ...wanted, isNotarized: false })).toEqual([]);
  expect(macComplaints(adHoc, wanted)).toEqual([
    'spctl refuses it (exit code 3): LocalPort.app: rejected',
    'stapler refuses it (exit code 65): LocalPort.app does not have a ticket stapled to it.',
  ]);
});

it.each([
  [
    { codesign: { code: 1, output: 'LocalPort.app: a sealed resource is missing or invalid\n' } },
    'codesign refuses it (exit code 1): LocalPort.app: a sealed resource is missing or invalid',
  ],
  [{ electron: '33.2.1' }, 'it holds Electron 33.2.1, and package.json has 45.4.1'],
  [
    { infoPlist: { ...findings.infoPlist, LSUIElement: undefined } },
    'Info.plist: LSUIElement is undefined, expected true',
  ],
  [
    { infoPlist: { ...findings.infoPlist, NSLocalNetworkUsageDescription: '' } },
    'Info.plist: NSLocalNetworkUsageDescription is missing',
  ],
  [{ fuses: { ...findings.fuses, RunAsNode: true } }, 'the fuse RunAsNode is true, expected false'],
  [{ fuses: {} }, 'the fuse RunAsNode is undefined, expected false'],
])('says of %j', (change, complaint) => {
  expect(macComplaints({ ...findings, ...change }, wanted)).toContain(complaint);
});
