/** Serves dist/renderer as `localport-app://popover/…`, which, unlike file://, has its own origin and headers. */
import { protocol, type Session } from 'electron';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { rendererScheme, routeRendererRequest } from './renderer-files.ts';

/** Call before Electron is ready. */
export function registerRendererScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: rendererScheme, privileges: { standard: true, secure: true } },
  ]);
}

/** Serves the files that exist in `folder` at the first request. */
export function serveRenderer(session: Session, folder: string): void {
  let knownFiles: Promise<ReadonlySet<string>> | undefined;
  session.protocol.handle(rendererScheme, async (request) => {
    knownFiles ??= listFiles(folder);
    const response = routeRendererRequest(request, await knownFiles);
    if (response.status !== 200) return new Response(null, { status: response.status });
    const body = await readFile(path.join(folder, response.file));
    return new Response(new Uint8Array(body), { headers: response.headers });
  });
}

async function listFiles(folder: string): Promise<ReadonlySet<string>> {
  const entries = await readdir(folder, { recursive: true });
  return new Set(entries.map((entry) => entry.split(path.sep).join('/')));
}
