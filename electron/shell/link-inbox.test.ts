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
    listeners: () => events.listenerCount('open-url'),
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
  expect(listeners()).toBe(1);
  inbox.close();
  expect(listeners()).toBe(0);
});
