import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failuresInWords, readPlaywrightReport, readVitestReport } from './test-reports.mjs';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lp-reports-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const written = (report: unknown): string => {
  const file = path.join(folder, 'report.json');
  writeFileSync(file, JSON.stringify(report));
  return file;
};

const failedTest = { status: 'failed', fullName: 'it works', failureMessages: ['it does not'] };
const vitestReport = (failed: readonly unknown[]): unknown => ({
  numPassedTests: 2,
  numFailedTests: failed.length,
  numPendingTests: 0,
  numTodoTests: 1,
  testResults: [{ name: 'a.test.ts', status: 'passed', message: '', assertionResults: failed }],
});
const playwrightReport = {
  stats: { expected: 3, unexpected: 0, flaky: 0, skipped: 0 },
  suites: [],
  errors: [],
};

describe('what a runner leaves behind', () => {
  it('counts one failure and says so where it died without a report', async () => {
    const missing = path.join(folder, 'missing.json');
    const outcome = await readVitestReport(missing, 137);
    expect(outcome).toMatchObject({ passed: 0, failed: 1 });
    expect(failuresInWords(outcome.failures)).toBe(
      '1) vitest\n   vitest ended with code 137 and left no report',
    );
    expect((await readPlaywrightReport(missing, null)).failures).toEqual([
      { test: 'playwright', message: 'playwright was killed or could not start and left no report' },
    ]);
  });

  it('counts one failure and says so where it ended badly and its report knows of none', async () => {
    expect(await readVitestReport(written(vitestReport([])), 1)).toEqual({
      passed: 2,
      failed: 1,
      skipped: 1,
      failures: [{ test: 'vitest', message: 'vitest ended with code 1 and its report knows of no failure' }],
    });
    expect((await readPlaywrightReport(written(playwrightReport), 1)).failures).toEqual([
      { test: 'playwright', message: 'playwright ended with code 1 and its report knows of no failure' },
    ]);
  });

  it('adds nothing to the failures of a report', async () => {
    const { failed, failures } = await readVitestReport(written(vitestReport([failedTest])), 1);
    expect({ failed, messages: failures.map(({ message }) => message) }).toEqual({
      failed: 1,
      messages: ['it does not'],
    });
  });

  it('counts an error that belongs to no test, and adds nothing to it', async () => {
    const report = { ...playwrightReport, errors: [{ message: 'no such project' }] };
    expect(await readPlaywrightReport(written(report), 1)).toMatchObject({
      failed: 1,
      failures: [{ test: 'the specs', message: 'no such project' }],
    });
  });

  it('adds nothing where all went well', async () => {
    expect(await readPlaywrightReport(written(playwrightReport), 0)).toEqual({
      passed: 3,
      failed: 0,
      skipped: 0,
      failures: [],
    });
  });
});
