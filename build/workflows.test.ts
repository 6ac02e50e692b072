import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { projectDir } from './paths.mjs';

const folder = path.join(projectDir, '.github/workflows');
const workflows = readdirSync(folder).map(
  (name) => [name, readFileSync(path.join(folder, name), 'utf8')] as const,
);

interface Job {
  readonly 'timeout-minutes'?: number;
  readonly uses?: string;
  readonly steps?: readonly { readonly uses?: string; readonly with?: Record<string, unknown> }[];
}

describe.each(workflows)('%s', (_name, text) => {
  const workflow = parse(text) as { readonly permissions?: unknown; readonly jobs: Record<string, Job> };

  it('uses every action by a full commit hash, with its version beside it', () => {
    const used = text.split('\n').flatMap((line) => /^\s*(?:- )?uses: (?!\.\/)(.*)$/.exec(line)?.[1] ?? []);
    expect(used.filter((action) => !/^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))).toEqual([]);
  });

  it('has read-only permissions unless a job says otherwise, leaves no token behind, and has a time limit', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    for (const [name, job] of Object.entries(workflow.jobs)) {
      if (job.uses === undefined) expect(job['timeout-minutes'], name).toBeGreaterThan(0);
      const checkouts = (job.steps ?? []).filter(({ uses = '' }) => uses.startsWith('actions/checkout@'));
      for (const step of checkouts) expect(step.with, name).toMatchObject({ 'persist-credentials': false });
    }
  });
});
