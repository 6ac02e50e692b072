/** Text of others on everything that shows it. */
import type { Scope } from '../../electron/core/scope.ts';
import { reportNone } from '../bench/figure.ts';
import { hostileTexts } from '../fixtures/hostile-text.ts';
import { rawControls, screens } from '../fixtures/screens.ts';

export async function measureScreens(_scope: Scope): Promise<void> {
  const findings = await rawControls();
  const [first] = findings;
  reportNone({
    figure: 'hostile text on every output: control characters that stay raw',
    value: findings.reduce((sum, { raw }) => sum + raw, 0),
    note:
      first === undefined
        ? `${hostileTexts.length} texts on ${Object.keys(screens).length} outputs`
        : `${first.screen}: ${JSON.stringify(first.text)}`,
  });
}
