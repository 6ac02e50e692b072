import { describe, expect, it } from 'vitest';
import { bad, findingLines, fine, note } from './findings.ts';
import { plainPalette as palette } from './palette.ts';

const findings = [
  fine('kubectl', 'v1.35.2'),
  note('ssh agent', 'has no keys', 'ssh-add'),
  bad('port 5432', 'is taken', 'Stop it.'),
];

describe('findings', () => {
  it('are lines that are OK or come with a fix', () => {
    expect(findingLines({ format: 'table', palette }, findings)).toEqual([
      '✓ ok    kubectl    v1.35.2',
      '· note  ssh agent  has no keys',
      '        → ssh-add',
      '✗ fix   port 5432  is taken',
      '        → Stop it.',
    ]);
  });

  it('are tab-separated as text, and objects as JSON', () => {
    expect(findingLines({ format: 'text', palette }, findings)[2]).toBe('bad\tport 5432\tis taken\tStop it.');
    expect(JSON.parse(findingLines({ format: 'json', palette }, findings).join('\n'))).toMatchObject({
      checks: [{ level: 'ok', fix: null }, { level: 'note' }, { subject: 'port 5432', fix: 'Stop it.' }],
    });
  });
});
