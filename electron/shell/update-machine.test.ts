import { describe, expect, it } from 'vitest';
import {
  checkEveryMs,
  updateLabel,
  updateTransition,
  whyNoUpdates,
  type UpdateContext,
  type UpdateEffect,
  type UpdateEvent,
  type UpdateState,
} from './update-machine.ts';

const idle: UpdateState = { kind: 'idle' };
const ready: UpdateState = { kind: 'ready', version: '1.1.0' };
const usual: UpdateContext = {
  isAutomatic: true,
  version: '1.0.0',
  now: 2 * checkEveryMs,
  checkedAt: null,
  openConnections: 0,
};

const inWords = (effect: UpdateEffect): string =>
  'message' in effect ? `${effect.kind}: ${effect.message}` : effect.kind;

/** What happens, in order: `checking [check]`. */
function play(
  events: readonly UpdateEvent[],
  context: Partial<UpdateContext> = {},
  from: UpdateState = idle,
) {
  let state = from;
  return events.map((event) => {
    const step = updateTransition(state, event, { ...usual, ...context });
    state = step.state;
    return `${state.kind} [${step.effects.map(inWords).join('; ')}]`;
  });
}

describe('automatically it', () => {
  it('checks, downloads, and installs when LocalPort quits, silently', () => {
    expect(
      play([
        { kind: 'tick' },
        { kind: 'checked', version: '1.1.0' },
        { kind: 'fetched' },
        { kind: 'tick' },
        { kind: 'quitting' },
      ]),
    ).toEqual(['checking [check]', 'fetching [fetch]', 'ready []', 'ready []', 'ready [install]']);
  });

  it.each([
    ['at most once a day', { checkedAt: usual.now - checkEveryMs + 1 }, 'idle []'],
    ['again after a day', { checkedAt: usual.now - checkEveryMs }, 'checking [check]'],
    ['when the clock was set back', { checkedAt: usual.now + 1 }, 'checking [check]'],
    ['not while it is switched off', { isAutomatic: false }, 'idle []'],
  ])('checks %s', (_when, context, expected) => {
    expect(play([{ kind: 'tick' }], context)).toEqual([expected]);
  });

  it('only logs that it found nothing, or failed, and quits without installing', () => {
    expect(play([{ kind: 'tick' }, { kind: 'checked', version: null }, { kind: 'quitting' }])).toEqual([
      'checking [check]',
      'idle []',
      'idle []',
    ]);
    expect(play([{ kind: 'tick' }, { kind: 'failed', why: 'no network' }])).toEqual([
      'checking [check]',
      'idle [log: The update failed: no network.]',
    ]);
  });
});

describe('at the user’s request it', () => {
  it('says that there is no newer version, whatever the setting', () => {
    expect(play([{ kind: 'chosen' }, { kind: 'checked', version: null }], { isAutomatic: false })).toEqual([
      'checking [check]',
      'idle [tell: LocalPort is up to date]',
    ]);
  });

  it('joins a running check, downloads, and asks before it restarts', () => {
    expect(
      play([
        { kind: 'tick' },
        { kind: 'chosen' },
        { kind: 'checked', version: '1.1.0' },
        { kind: 'fetched' },
        { kind: 'answered', restart: false },
        { kind: 'chosen' },
        { kind: 'answered', restart: true },
        { kind: 'answered', restart: true },
        { kind: 'quitting' },
      ]),
    ).toEqual([
      'checking [check]',
      'checking []',
      'fetching [fetch]',
      'ready [ask: Restart LocalPort to update to 1.1.0?]',
      'ready []',
      'ready [ask: Restart LocalPort to update to 1.1.0?]',
      'installing [restart]',
      'installing []',
      'installing []',
    ]);
  });

  it.each([
    [0, 'No connections are open.'],
    [1, '1 open connection will be closed.'],
    [7, '7 open connections will be closed.'],
  ])('shows what a restart interrupts with %d connections', (openConnections, words) => {
    const { effects } = updateTransition(ready, { kind: 'chosen' }, { ...usual, openConnections });
    expect(effects).toMatchObject([
      { kind: 'ask', detail: `${words} Otherwise the update is installed when LocalPort quits.` },
    ]);
  });

  it('shows what failed, and can be repeated', () => {
    expect(play([{ kind: 'chosen' }, { kind: 'failed', why: 'HTTP 404' }, { kind: 'chosen' }])).toEqual([
      'checking [check]',
      'idle [log: The update failed: HTTP 404.; tell: LocalPort could not be updated]',
      'checking [check]',
    ]);
  });

  it('keeps a downloaded update when its question could not be shown', () => {
    expect(play([{ kind: 'failed', why: 'no window' }, { kind: 'quitting' }], {}, ready)).toEqual([
      'ready [log: The update failed: no window.]',
      'ready [install]',
    ]);
  });

  it('says why updates are not supported', () => {
    const none: UpdateState = { kind: 'unavailable', why: 'It runs from a checkout: use git pull.' };
    expect(play([{ kind: 'chosen' }, { kind: 'tick' }, { kind: 'quitting' }], {}, none)).toEqual([
      'unavailable [tell: LocalPort cannot update itself]',
      'unavailable []',
      'unavailable []',
    ]);
    expect(updateLabel(none)).toBeNull();
  });
});

it.each<[UpdateState, string]>([
  [idle, 'Check for Updates…'],
  [{ kind: 'checking', asked: true }, 'Checking for Updates… (off)'],
  [{ kind: 'fetching', version: '1.1.0', asked: false }, 'Downloading Update 1.1.0… (off)'],
  [ready, 'Restart to Update to 1.1.0…'],
  [{ kind: 'installing', version: '1.1.0' }, 'Updating to 1.1.0… (off)'],
])('the menu says of %j', (state, expected) => {
  const row = updateLabel(state);
  expect(`${row?.label ?? ''}${row?.enabled === false ? ' (off)' : ''}`).toBe(expected);
});

it.each([
  [{}, null],
  [{ isPackaged: false }, 'It runs from a checkout: use git pull.'],
  [{ hasFeed: false }, 'This build does not know where releases are published.'],
  [{ program: '/Volumes/LocalPort/LocalPort.app/Contents/MacOS/LocalPort' }, /Move LocalPort/],
  [{ platform: 'linux' }, /installed as a package/],
  [{ platform: 'linux', isAppImage: true }, null],
  [{ platform: 'win32' }, /no releases/],
] as const)('with %j the reason is %s', (change, expected) => {
  const why = whyNoUpdates({
    isPackaged: true,
    platform: 'darwin',
    hasFeed: true,
    isAppImage: false,
    program: '/Applications/LocalPort.app/Contents/MacOS/LocalPort',
    ...change,
  });
  if (expected === null) expect(why).toBeNull();
  else expect(why).toMatch(expected);
});
