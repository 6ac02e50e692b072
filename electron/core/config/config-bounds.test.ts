import { describe, expect, it } from 'vitest';
import { compileText } from './testing/config-text.ts';
import { crowdedConfigs, hostileConfigs } from './testing/hostile-configs.ts';

/** An idle machine takes less than a second for each. */
const timeoutMs = 60_000;

describe('a hostile config', () => {
  it.each([...hostileConfigs, ...crowdedConfigs])(
    'takes a bounded time, and is described in a few lines: %s',
    (_, text, first) => {
      const result = compileText(text(), { A: '1' });
      const problems = result.ok ? result.value.config.warnings : result.error;
      expect(problems[0]?.message ?? '').toBe(first);
      expect(problems.length).toBeLessThanOrEqual(51);
      expect(JSON.stringify(problems).length).toBeLessThan(60_000);
    },
    timeoutMs,
  );

  it('shows an error behind very many warnings, which are counted', () => {
    const unknown = Array.from({ length: 5_000 }, (_, index) => `    key${index}: 1\n`).join('');
    const entry =
      '  - name: NAME\n    technology: tcp\n    local_port: PORT\n    remote_port: 1\n    connection: {host: h}\n';
    const text = `services:\n${entry.replace('NAME', 'a').replace('PORT', '1')}${unknown}${entry.replace('NAME', 'b').replace('PORT', '70000')}`;
    const result = compileText(text);
    const problems = result.ok ? [] : result.error;
    expect(problems.slice(-2).map(({ path, message }) => `${path} ${message}`)).toEqual([
      'services[1].local_port 70000 is above 65535',
      ' and 4951 more errors and warnings',
    ]);
  });
});
