/**
 * What the popover's page may load: decides on a request for `localport-app://popover/…`, given the existing files. Everything
 * else is refused without accessing the disk.
 */
/** Not `localport`, which is the scheme for links from other programs (`app-link.ts`). */
export const rendererScheme = 'localport-app';
export const rendererOrigin = `${rendererScheme}://popover`;
export const popoverUrl = `${rendererOrigin}/index.html`;

export const isRendererUrl = (url: string): boolean => url.startsWith(`${rendererOrigin}/`);

/** Scripts and styles from our own files only; no network, no frames, no forms, no inline code. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const contentTypes: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  woff2: 'font/woff2',
};

export type RendererResponse =
  | { readonly status: 200; readonly file: string; readonly headers: Readonly<Record<string, string>> }
  | { readonly status: 403 | 404 | 405 };

/** `knownFiles`: paths relative to the renderer's folder, with slashes: `index.html`, `assets/logo-1a2b.svg`. */
export function routeRendererRequest(
  request: { readonly method: string; readonly url: string },
  knownFiles: ReadonlySet<string>,
): RendererResponse {
  if (request.method !== 'GET') return { status: 405 };
  if (!URL.canParse(request.url)) return { status: 403 };
  const url = new URL(request.url);
  // Not `url.origin`: outside Chromium it is the string "null" for schemes that Node does not know.
  if (`${url.protocol}//${url.host}` !== rendererOrigin) return { status: 403 };
  const file = url.pathname.slice(1);
  const contentType = contentTypes[file.slice(file.lastIndexOf('.') + 1)];
  if (!knownFiles.has(file) || contentType === undefined) return { status: 404 };
  const headers = {
    'content-type': contentType,
    'content-security-policy': contentSecurityPolicy,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  };
  return { status: 200, file, headers };
}
