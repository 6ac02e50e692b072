import { EventEmitter } from 'node:events';
import type { App } from 'electron';
import { expect, it } from 'vitest';
import { LinkInbox } from './link-inbox.ts';

const fakeApp = () => {
  const events = new EventEmitter();
  const prevented: string[] = [];
  return {
    app: events as unknown as App,
    prevented,
    open: (url: string) => events.emit('open-url', { preventDefault: () => prevented.push(url) }, url),
    startAgain: (...argv: readonly string[]) => events.emit('second-instance', {}, argv),
    listeners: () => events.listenerCount('open-url') + events.listenerCount('second-instance'),
  };
};

it('keeps the latest link until it can be handled', () => {
  const { app, open, prevented } = fakeApp();
  const inbox = new LinkInbox(app, 'localport://on/first');
  open('localport://on/second');
  const delivered: string[] = [];
  inbox.deliverTo((link) => delivered.push(link));
  inbox.receive('localport://open');
  open('localport://off/db');
  expect(delivered).toEqual(['localport://on/second', 'localport://open', 'localport://off/db']);
  expect(prevented).toEqual(['localport://on/second', 'localport://off/db']);
});

it('delivers the link that the app was started with, if any', () => {
  const delivered: string[] = [];
  new LinkInbox(fakeApp().app, 'localport://open').deliverTo((link) => delivered.push(link));
  new LinkInbox(fakeApp().app, null).deliverTo((link) => delivered.push(link));
  expect(delivered).toEqual(['localport://open']);
});

it('stops listening once it is closed', () => {
  const { app, listeners } = fakeApp();
  const inbox = new LinkInbox(app, null);
  expect(listeners()).toBe(2);
  inbox.close();
  expect(listeners()).toBe(0);
});

it('keeps a link that the app is started again with while it starts', () => {
  const { app, startAgain } = fakeApp();
  const delivered: string[] = [];
  const inbox = new LinkInbox(app, null);
  startAgain('/opt/LocalPort/localport', 'localport://on/db');
  startAgain('/opt/LocalPort/localport');
  inbox.deliverTo((link) => delivered.push(link));
  startAgain('localport://off/db');
  expect(delivered).toEqual(['localport://on/db', 'localport://off/db']);
});
