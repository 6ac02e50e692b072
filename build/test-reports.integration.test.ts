import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readReport } from './test-reports.mjs';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lp-reports-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const written = (...cases: readonly string[]): string => {
  const file = path.join(folder, 'report.xml');
  writeFileSync(file, `<testsuites><testsuite name="a">${cases.join('\n')}</testsuite></testsuites>`);
  return file;
};

const passed = '<testcase classname="a.test.ts" name="works" time="0.1">\n</testcase>';
const skipped = '<testcase classname="a.test.ts" name="may work" time="0">\n<skipped/>\n</testcase>';
const failure = '<failure message="no" type="Error">Error: 1 &lt; 2\n at a.test.ts:1\n</failure>';
const failed = `<testcase classname="a.test.ts" name="says &quot;yes&quot;">${failure}${failure}</testcase>`;
const ofPlaywright =
  '<testcase name="clicks" classname="b.spec.ts">\n<failure message="b" type="FAILURE">\n<![CDATA[  b.spec.ts:7 › <b>\n]]>\n</failure>\n</testcase>';

describe('what a runner leaves behind', () => {
  it('counts each test once and repeats what failed', async () => {
    expect(
      await readReport(written(passed, passed, skipped, failed, ofPlaywright), { runner: 'unit', code: 1 }),
    ).toEqual({
      passed: 2,
      failed: 2,
      skipped: 1,
      failures: [
        'a.test.ts › says "yes"\n   Error: 1 < 2\n    at a.test.ts:1',
        'b.spec.ts › clicks\n   b.spec.ts:7 › <b>',
      ],
    });
  });

  it('counts one failure and says so if the runner died without a report', async () => {
    const missing = path.join(folder, 'missing.xml');
    const outcomes = [137, null].map((code) => readReport(missing, { runner: 'e2e', code }));
    expect(await Promise.all(outcomes)).toMatchObject([
      { passed: 0, failed: 1, failures: ['e2e ended with code 137 and left no report'] },
      { passed: 0, failed: 1, failures: ['e2e was killed or could not start and left no report'] },
    ]);
  });

  it('counts one failure and says so if the runner failed and its report contains no failure', async () => {
    expect(await readReport(written(passed), { runner: 'unit', code: 1 })).toEqual({
      passed: 1,
      failed: 1,
      skipped: 0,
      failures: ['unit ended with code 1 and its report knows of no failure'],
    });
  });

  it('adds nothing if all went well', async () => {
    expect(await readReport(written(passed), { runner: 'unit', code: 0 })).toMatchObject({
      passed: 1,
      failed: 0,
    });
  });
});
