import { beforeEach, describe, expect, it } from 'vitest';
import type { LinkCard } from '../../shared/app-link.ts';
import type { ServiceSnapshot } from '../../shared/service-snapshot.ts';
import { LinkHandler } from './link-handler.ts';
import { aService, offService } from './testing/snapshots.ts';

let done: string[];
let services: readonly ServiceSnapshot[];
let shown: (LinkCard | null)[];
let handler: LinkHandler;
/** The service that cannot be turned on or off. */
let stubborn: string | null;
let warnings: string[];

beforeEach(() => {
  done = [];
  shown = [];
  stubborn = null;
  warnings = [];
  services = [
    aService('postgres', { tags: ['database'] }),
    { ...offService('kafka'), tags: ['queue', 'database'] },
    { ...offService('orders'), tags: ['database'], guard: 'confirm' },
  ];
  handler = new LinkHandler({
    host: {
      snapshot: () => ({ services }),
      setDesired: (name, desired) => {
        if (name === stubborn) return Promise.reject(new Error('no port is free'));
        done.push(`${name} ${desired}`);
        return Promise.resolve();
      },
    },
    log: { info: () => undefined, warn: (line) => warnings.push(line) },
    openPopover: () => done.push('popover'),
    onChange: (card) => shown.push(card),
  });
});

const words = (): string | null => {
  const { card } = handler;
  return card === null ? null : `${card.title} | ${card.text} | ${String(card.accept)}`;
};
const answer = (yes: boolean): void => handler.answer(handler.card?.id ?? '', yes);

describe('a link', () => {
  it('opens the popover without a question if that is all it requests', () => {
    handler.receive('localport://open');
    expect([done, words(), shown]).toEqual([['popover'], null, []]);
  });

  it('takes effect once the user confirms', () => {
    handler.receive('localport://on/kafka');
    expect(words()).toBe('Turn on kafka? | A link in another app requested this. | Turn On');
    expect(done).toEqual(['popover']);
    answer(true);
    expect([done, words()]).toEqual([['popover', 'kafka on'], null]);
    handler.receive('localport://off/postgres');
    expect(words()).toBe('Turn off postgres? | A link in another app requested this. | Turn Off');
    answer(true);
    expect(done.at(-1)).toBe('postgres off');
  });

  it('does nothing if the user declines', () => {
    handler.receive('localport://on/kafka');
    answer(false);
    expect([done, words()]).toEqual([['popover'], null]);
  });

  it('needs a second confirmation for a guarded service', () => {
    handler.receive('localport://on/orders');
    const first = handler.card?.id;
    answer(true);
    expect(words()).toMatch(/^orders is guarded: turn it on\? /);
    expect(done).toEqual(['popover']);
    // A double click on the first confirmation.
    handler.answer(first ?? '', true);
    expect(done).toEqual(['popover']);
    answer(true);
    expect(done).toEqual(['popover', 'orders on']);
  });

  it('names all services with the tag, and leaves out guarded ones', () => {
    handler.receive('localport://on/tag/database');
    expect(words()).toBe(
      'Turn on 1 forward tagged database? | A link in another app requested this. kafka. Guarded forwards stay off. | Turn On',
    );
    answer(true);
    expect(done).toEqual(['popover', 'kafka on']);
  });

  it('names only some of the services if there are many', () => {
    services = Array.from({ length: 20 }, (_, index) => aService(`s${index}`, { tags: ['web'] }));
    handler.receive('localport://off/tag/web');
    expect(words()).toMatch(/^Turn off 20 forwards tagged web\? .* s0, s1, s2, s3, s4, s5, and 14 more\./);
  });

  it.each([
    ['localport://on/no-such', 'There is no forward with the name “no-such”.'],
    ['localport://on/tag/no-such', 'No forward has the tag “no-such”.'],
    ['localport://on/postgres', 'postgres is already on.'],
    ['localport://off/kafka', 'kafka is already off.'],
    ['localport://off/tag/queue', 'All forwards with the tag “queue” are already off.'],
    ['localport://format/disk', expect.stringContaining('does not know this link') as string],
    ['localport://on/%E2%80%AEspilled', expect.stringContaining('“\\u202espilled”') as string],
  ])('%s gets only a message', (link, sentence) => {
    handler.receive(link);
    expect(handler.card).toEqual({ id: '1', title: 'This link does nothing', text: sentence, accept: null });
    answer(true);
    expect([done, words()]).toEqual([['popover'], null]);
  });

  it('does not replace the question of another link', () => {
    handler.receive('localport://on/kafka');
    handler.receive('localport://on/orders');
    expect(words()).toMatch(/^Turn on kafka\?/);
  });

  it('replaces a message', () => {
    handler.receive('localport://on/no-such');
    handler.receive('localport://on/kafka');
    expect(words()).toMatch(/^Turn on kafka\?/);
  });

  it('is dropped when the popover closes', () => {
    handler.receive('localport://on/kafka');
    const id = handler.card?.id ?? '';
    handler.withdraw();
    handler.answer(id, true);
    expect([done, words(), shown.at(-1)]).toEqual([['popover'], null, null]);
  });

  it('does not turn on a service that has since been removed', () => {
    handler.receive('localport://on/kafka');
    services = [];
    answer(true);
    expect(done).toEqual(['popover']);
  });

  it('turns off the others when one cannot be, and logs which', async () => {
    services = ['a', 'b'].map((name) => aService(name, { tags: ['web'] }));
    stubborn = 'a';
    handler.receive('localport://off/tag/web');
    answer(true);
    await expect.poll(() => warnings).toEqual(['a could not be turned off by a link: no port is free']);
    expect(done).toEqual(['popover', 'b off']);
  });
});
