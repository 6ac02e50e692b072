import { expect, it } from 'vitest';
import { nativeNotice } from './native-notice.ts';

const notice = { title: '<b>db</b> & \u001b[2J', body: '<a href="x">db</a> && \u202eweb' };

it('escapes the body on Linux, where it is markup', () => {
  expect(nativeNotice(notice, 'linux')).toEqual({
    title: String.raw`<b>db</b> & \u001b[2J`,
    body: String.raw`&lt;a href="x"&gt;db&lt;/a&gt; &amp;&amp; \u202eweb`,
  });
});

it('leaves the body unchanged where it is plain text', () => {
  expect(nativeNotice(notice, 'darwin').body).toBe(String.raw`<a href="x">db</a> && \u202eweb`);
});
