import { describe, expect, test } from 'vitest';
import { autostartEntry, isEntryEnabled } from './desktop-entry.ts';

const execOf = (...command: readonly string[]): string | undefined =>
  /^Exec=(.*)$/m.exec(autostartEntry(command))?.[1];

describe('the command of an entry', () => {
  test.each<[string, readonly string[], string]>([
    ['plain words', ['/opt/LocalPort/localport', '--hidden'], '/opt/LocalPort/localport --hidden'],
    ['a blank', ['/opt/Local Port/localport'], '"/opt/Local Port/localport"'],
    ['a percent sign, which would be a field code', ['/opt/100%/localport'], '/opt/100%%/localport'],
    ['a dollar, escaped for the quotes and once more for the string', ['/opt/$x'], String.raw`"/opt/\\$x"`],
    ['a quote', ['/opt/"x"'], String.raw`"/opt/\\"x\\""`],
    ['a backslash', ['/opt/a\\b'], String.raw`"/opt/a\\\\b"`],
  ])('keeps %s', (_what, command, expected) => {
    expect(execOf(...command)).toBe(expected);
  });
});

describe('an entry', () => {
  const entry = autostartEntry(['/opt/localport']);

  test('written by us is enabled', () => {
    expect(isEntryEnabled(entry)).toBe(true);
  });

  test.each([
    ['hidden', `${entry}Hidden=true\n`],
    ['switched off in the settings of GNOME', entry.replace('enabled=true', 'enabled=false')],
    ['empty', ''],
  ])('that is %s is not', (_how, text) => {
    expect(isEntryEnabled(text)).toBe(false);
  });
});
