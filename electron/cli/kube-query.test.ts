import { expect, it } from 'vitest';
import { complaintOf } from './kube-query.ts';

it.each([
  ['error: context "x" does not exist\n', 'context "x" does not exist'],
  ['Please enter Username: error: EOF\n', 'the kubeconfig has no credentials for it'],
  ['', 'kubectl failed and said nothing (exit code 1)'],
])('shows what kubectl says: %j', (stderr, shown) => {
  expect(complaintOf({ stdout: '', stderr, exitCode: 1, isMissing: false })).toBe(shown);
});
