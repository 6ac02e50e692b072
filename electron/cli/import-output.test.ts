import { expect, it } from 'vitest';
import type { Proposal } from '../core/import/service-proposal.ts';
import type { CommandContext } from './command-context.ts';
import { finishImport } from './import-output.ts';
import { testSurroundings } from './testing/test-context.ts';

const proposal: Proposal = {
  name: 'db',
  technology: 'ssh',
  preferredPort: 5432,
  ends: { remote_port: 5432 },
  tags: [],
  connection: { host: 'bastion' },
};

it.each([
  [true, ['To add them to the config, run this again with --write.']],
  [undefined, []],
])('says at a terminal how to add the proposals: %s', async (isTTY, expected) => {
  const told: string[] = [];
  const context = {
    ...testSurroundings(),
    stdout: { write: () => true, isTTY },
    options: {},
    format: 'table',
    print: () => undefined,
    complain: () => undefined,
    tell: (...lines: readonly string[]) => told.push(...lines),
  } as unknown as CommandContext;
  await finishImport(context, {}, { proposals: [proposal], remarks: [], failures: [] });
  expect(told).toEqual(expected);
});
