import { expect, test } from 'vitest';
import { PopoverReveal } from './popover-reveal.ts';

const notice = {
  title: 'The host key has changed',
  body: 'db',
  names: ['db', 'web'],
  action: 'Trust Host Key…',
};

interface FakePopover {
  readonly reveal: PopoverReveal;
  readonly sent: unknown[];
  isVisible: boolean;
}

function aPopover(): FakePopover {
  const sent: unknown[] = [];
  const contents = {
    send: (...message: readonly unknown[]) => void sent.push(message),
    isDestroyed: () => false,
  };
  const popover: FakePopover = {
    reveal: new PopoverReveal(() => (popover.isVisible ? contents : null)),
    sent,
    isVisible: false,
  };
  return popover;
}

test('a popover that is not open yet gets the clicked notification once, when it is shown', () => {
  const popover = aPopover();
  popover.reveal.want(notice, true);
  expect(popover.sent).toEqual([]);
  popover.isVisible = true;
  popover.reveal.shown();
  popover.reveal.shown();
  expect(popover.sent).toEqual([
    ['localport:popover:reveal', { names: ['db', 'web'], action: 'Trust Host Key…' }],
  ]);
});

test('an open popover gets it at once; a click outside the button only shows the service', () => {
  const popover = aPopover();
  popover.isVisible = true;
  popover.reveal.want(notice, false);
  expect(popover.sent).toEqual([['localport:popover:reveal', { names: ['db', 'web'], action: null }]]);
});

test('a notification about several causes reveals nothing', () => {
  const popover = aPopover();
  popover.isVisible = true;
  popover.reveal.want({ title: '2 forwards need attention', body: 'db and web' }, false);
  expect(popover.sent).toEqual([]);
});

test('a popover that closes before it was visible forgets the click', () => {
  const popover = aPopover();
  popover.reveal.want(notice, true);
  popover.reveal.forget();
  popover.isVisible = true;
  popover.reveal.shown();
  expect(popover.sent).toEqual([]);
});
