import { readdirSync, readlinkSync } from 'node:fs';
import { expect, test } from 'playwright/test';
import { createWorld, type World } from '../fixtures/electron-app.ts';

const program = `
  require('net').createServer((socket) => socket.end('x')).listen(process.argv[1]);`;
const config = `version: "1.0"
services:
  - name: child
    technology: command
    local_port: auto
    connection: { argv: [${JSON.stringify(process.execPath)}, '-e', ${JSON.stringify(program)}, '{socket}'] }
`;

let world: World;
test.beforeEach(async () => {
  world = await createWorld({ config });
});
test.afterEach(() => world.close());

test("a child of the app has none of the app's descriptors", async () => {
  const app = await world.start();
  // Chromium's own processes and files exist once the popover does.
  await app.openPopover();
  const { services } = await app.waitForSnapshot('the child runs', (now) => now.services[0]?.phase === 'up');
  const pid = services[0]?.pid ?? 0;
  const targetsOf = (id: number): ReadonlyMap<string, string> =>
    new Map(
      readdirSync(`/proc/${id}/fd`).flatMap((fd) => {
        try {
          return [[fd, readlinkSync(`/proc/${id}/fd/${fd}`)]];
        } catch {
          return [];
        }
      }),
    );
  const ofApp = new Set(targetsOf(app.pid).values());
  // Its input and output are pipes to the app; their other ends have the same name.
  const shared = [...targetsOf(pid)].filter(([fd, target]) => Number(fd) > 2 && ofApp.has(target));
  const isCommon = (target: string): boolean => target.startsWith('anon_inode:') || target === '/dev/null';
  expect(shared.filter(([, target]) => !isCommon(target))).toEqual([]);
  await app.quit();
});
