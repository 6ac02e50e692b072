/**
 * Every sentence and label that a user may read about a forward, with its code, and those of the app's menus, settings, and
 * questions, for review: words.txt beside this file.
 * After an intended change, read the changes there as someone who sees them for the first time, then renew the file:
 * vitest -u.
 */
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { configSettleMs, decideConfigNotice } from '../../electron/shell/config-notices.ts';
import { needNotices, recoveryNotices, type Notice } from '../../electron/shell/notice-words.ts';
import { promptNotice } from '../../electron/shell/prompt-notice.ts';
import { causeActionOf } from '../../shared/cause-action.ts';
import { causeCodes, type Cause, type CauseCode } from '../../shared/failure.ts';
import { overviewOf } from '../../shared/overview.ts';
import { promptKindSchema } from '../../shared/prompt.ts';
import { promptTitle } from '../../shared/prompt-words.ts';
import type { ConfigState, ServiceSnapshot } from '../../shared/service-snapshot.ts';
import { causeViewOf } from '../../renderer/cause-view.ts';
import { everything, listViewOf } from '../../renderer/service-rows.ts';
import {
  checking,
  connecting,
  idle,
  ready,
  retrying,
  sampleNow,
  service,
  snapshotOf,
  up,
  waiting,
} from '../../renderer/testing/service-samples.ts';
import type { Settings } from '../../shared/ipc-contract.ts';
import { variantsOf } from './cause-variants.ts';
import { appMenu, guards, links, rowMenu, settingsPage, trayMenu } from './surface-words.ts';

// Effects do not run in a render on paper, so the page cannot load its settings.
const page = vi.hoisted(() => ({ settings: null as Settings | null }));
vi.mock('../../renderer/use-settings.ts', () => ({ useSettings: () => [page.settings, () => undefined] }));

const inTrouble = (name: string, cause: Cause): ServiceSnapshot =>
  service(name, { desired: 'on', phase: 'waiting', cause });

const noticeText = ({ title, body, action }: Notice): string =>
  `${title} | ${body}${action === undefined ? '' : ` [${action}]`}`;

function causeText(cause: Cause): readonly string[] {
  const { title, remedy, recovery, recheck } = cause;
  const action = causeActionOf(cause);
  const command = action !== null && 'command' in action ? ` $ ${action.command}` : '';
  return [
    `  ${title}`,
    `    ${remedy ?? '(nothing to do)'}`,
    `    ${action === null ? '(no button)' : `[${action.label}]`}${command}`,
    `    ${recovery}${recheck === null ? '' : `, checked again: ${recheck}`}`,
  ];
}

const causes = (): readonly string[] =>
  causeCodes.flatMap((code) => [code, ...variantsOf(code).flatMap(causeText)]);

const services = (count: number): readonly ServiceSnapshot[] =>
  Array.from({ length: count }, (_, index) => up(`db-${index + 1}`));
const refused = variantsOf('connection-refused')[0]!;

const headlines = (): readonly string[] => {
  const broken = { status: 'broken' } as const;
  const cases: readonly (readonly [readonly ServiceSnapshot[], Partial<ConfigState>?])[] = [
    [[]],
    [services(1)],
    [services(3)],
    [[...services(2), service('off')]],
    [[service('a'), service('b')]],
    [[...services(2), connecting('c'), checking('d')]],
    [[...services(2), inTrouble('c', refused)]],
    [[...services(2), inTrouble('c', refused), inTrouble('d', refused)]],
    [services(2), broken],
    [[...services(2), inTrouble('c', refused)], broken],
    [[service('a')], broken],
  ];
  return cases.map(([all, config]) => {
    const { headline, detail } = overviewOf(snapshotOf(all, config));
    return `  ${headline}${detail === null ? '' : ` | ${detail}`}`;
  });
};

/** The second line of a row. */
const secondLines = (): readonly string[] => {
  const rows = [
    up('up'),
    ready('ready'),
    idle('on demand, not in use'),
    checking('checking'),
    checking('checking, with a client', { held: 1 }),
    connecting('connecting'),
    connecting('connecting, with clients', { held: 3 }),
    connecting('reconnecting', { cause: refused, attempt: 1 }),
    service('stopping', { phase: 'stopping' }),
    service('off'),
    service('off for a time', { offUntil: sampleNow + 7_200_000 }),
    up('on for a time', { offAt: sampleNow + 2_820_000 }),
    retrying('retrying', ['connection-refused']),
    retrying('retrying for long', ['connection-refused'], { exhausted: true, attempt: 9, nextRetryAt: null }),
    retrying('trying', ['connection-refused'], { phase: 'connecting', nextRetryAt: null }),
    waiting('the user, checked again', ['host-key-unknown'], { nextRetryAt: sampleNow + 30_000 }),
    waiting('the user', ['credentials-expired']),
    waiting('the network', ['network-down']),
    waiting('the cluster', ['transport-down', { what: 'The cluster prod' }], {
      nextRetryAt: sampleNow + 12_000,
    }),
    up('unhealthy', { health: 'unhealthy', cause: refused }),
  ];
  return rows.map((one) => {
    const cause = causeViewOf(one, sampleNow);
    const [row] = listViewOf([one], everything, sampleNow).groups.flatMap((group) => group.rows);
    return `  ${one.name}: ${cause === null ? (row?.status ?? '') : `${cause.title} | ${cause.next}`}`;
  });
};

const notices = (): readonly string[] => {
  const told = (...codes: readonly CauseCode[]): readonly Notice[] =>
    needNotices(codes.map((code, index) => inTrouble(`db-${index + 1}`, variantsOf(code)[0]!)));
  const problem = {
    severity: 'error',
    path: 'services[1].local_port',
    line: 41,
    message: 'is missing',
  } as const;
  const ofConfig = (config: Partial<ConfigState>): readonly Notice[] => {
    const state = snapshotOf([], config).config;
    const { notice } = decideConfigNotice({ kind: 'seen', tellAt: configSettleMs }, state, configSettleMs);
    return notice === null ? [] : [notice];
  };
  const ofPrompts = promptKindSchema.options.map((kind) =>
    promptNotice({
      ...{ id: '1', services: ['db', 'web'], asker: 'bastion', words: '', kind },
      ...{ isRepeated: false, since: 0 },
    }),
  );
  return [
    ...causeCodes.flatMap((code) => told(code).map((notice) => `  ${code}: ${noticeText(notice)}`)),
    ...[
      ...told('unauthorized', 'unauthorized', 'unauthorized', 'unauthorized', 'unauthorized'),
      ...told('unauthorized', 'forbidden'),
      ...recoveryNotices(services(1)),
      ...recoveryNotices(services(5)),
      ...ofConfig({ status: 'broken', problems: [problem] }),
      ...ofConfig({ status: 'partial', problems: [problem, problem] }),
      ...ofConfig({ status: 'untrusted' }),
      ...ofPrompts,
    ].map((notice) => `  ${noticeText(notice)}`),
  ];
};

const prompts = (): readonly string[] =>
  promptKindSchema.options.map((kind) => `  ${kind}: ${promptTitle({ kind, asker: 'bastion' })}`);

describe('the words', () => {
  it('are the reviewed ones', async () => {
    const parts = [
      ['CAUSES', ...causes()],
      ['HEADLINES', ...headlines()],
      ['SECOND LINES', ...secondLines()],
      ['NOTIFICATIONS', ...notices()],
      ['PROMPTS', ...prompts()],
      ['GUARD', ...guards()],
      ['LINKS', ...links()],
      ['TRAY MENU', ...trayMenu()],
      ['APP MENU', ...appMenu()],
      ['ROW MENU', ...rowMenu()],
      ['SETTINGS', ...settingsPage((settings) => (page.settings = settings))],
    ];
    const text = parts.map((part) => `${part.join('\n')}\n`).join('\n');
    await expect(text).toMatchFileSnapshot(path.join(import.meta.dirname, 'words.txt'));
  });

  it('cover every code, and say what a button copies', () => {
    for (const code of causeCodes) {
      expect(variantsOf(code), code).not.toEqual([]);
      for (const cause of variantsOf(code)) {
        const action = causeActionOf(cause);
        if (action?.kind === 'copy-command') expect(action.label).toMatch(/^Copy \S+ Command$/);
        for (const sentence of [cause.title, cause.remedy ?? 'x']) expect(sentence).toMatch(/\S$/);
        expect(`${cause.title} ${cause.remedy ?? ''}`).not.toMatch(/ {2}|undefined|\.$/);
      }
    }
  });
});
