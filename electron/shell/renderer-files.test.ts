import { describe, expect, test } from 'vitest';
import { contentSecurityPolicy, isRendererUrl, popoverUrl, routeRendererRequest } from './renderer-files.ts';

const files = new Set(['index.html', 'main.js', 'main.css', 'main.js.map', 'assets/logo-1a2b.svg']);
const get = (url: string) => routeRendererRequest({ method: 'GET', url }, files);

test.each([
  ['index.html', 'text/html; charset=utf-8'],
  ['main.js', 'text/javascript; charset=utf-8'],
  ['main.css', 'text/css; charset=utf-8'],
  ['assets/logo-1a2b.svg', 'image/svg+xml'],
])('%s is served as %s', (file, contentType) => {
  expect(get(`localport-app://popover/${file}`)).toMatchObject({
    status: 200,
    file,
    headers: {
      'content-type': contentType,
      'content-security-policy': contentSecurityPolicy,
      'x-content-type-options': 'nosniff',
    },
  });
});

test('the page that the window loads is one of them', () => {
  expect(get(popoverUrl).status).toBe(200);
  expect(get(`${popoverUrl}?theme=dark#top`).status).toBe(200);
});

describe('is refused:', () => {
  test.each([
    ['a file that is not there', 'localport-app://popover/other.js', 404],
    ['the folder itself', 'localport-app://popover/', 404],
    ['a path that climbs out', 'localport-app://popover/../../etc/passwd', 404],
    ['a path that climbs out in disguise', 'localport-app://popover/..%2f..%2fetc/passwd', 404],
    ['a path with a null byte', 'localport-app://popover/index.html%00.js', 404],
    ['a kind of file that no page needs', 'localport-app://popover/main.js.map', 404],
    ['another host', 'localport-app://other/index.html', 403],
    ['another scheme', 'file:///index.html', 403],
    ['the scheme of links', 'localport://popover/index.html', 403],
    ['what is no URL', 'index.html', 403],
  ])('%s', (_what, url, status) => {
    expect(get(url)).toEqual({ status });
  });

  test.each(['POST', 'PUT', 'HEAD', 'OPTIONS'])('the method %s', (method) => {
    expect(routeRendererRequest({ method, url: popoverUrl }, files)).toEqual({ status: 405 });
  });
});

test('the policy denies everything by default, and inline code everywhere', () => {
  expect(contentSecurityPolicy).toMatch(/^default-src 'none';/);
  expect(contentSecurityPolicy).not.toContain('unsafe');
});

test('only the popover’s own pages count as such', () => {
  expect(isRendererUrl(popoverUrl)).toBe(true);
  expect(isRendererUrl('localport-app://popover.example.com/')).toBe(false);
  expect(isRendererUrl('https://example.com/?localport-app://popover/')).toBe(false);
});
