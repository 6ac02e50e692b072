/** A tunnel command that prints endless line breaks, beside a forward that is not attacked. */
import path from 'node:path';
import { Scope } from '../../electron/core/scope.ts';
import { reportAtMost, reportNone } from '../bench/figure.ts';
import { freePort } from '../fixtures/servers.ts';
import { askFor, prepareQuietForward, type Requests } from './quiet-forward.ts';
import { WatchedDaemon, type Watched } from './watched-daemon.ts';

const relayCommand = path.resolve(import.meta.dirname, '../fixtures/relay-command.cjs');
const watchMs = 8_000;
const maxSlowerMs = 20;
const maxGrownMb = 30;

const printers = {
  'line breaks': 'yes ""',
  'short lines': 'yes',
  'words that look like secrets': 'yes "-eyJaaaaaaaa-eyJaaaaaaaa-eyJaaaaaaaa password"',
} as const;

type Printer = keyof typeof printers;

export async function measureHostileChild(scope: Scope, level: 'info' | 'debug'): Promise<void> {
  const quiet = await measure(within(scope), level, null);
  for (const printer of Object.keys(printers) as Printer[]) {
    const beside = await measure(within(scope), level, printer);
    const what = `a child that prints ${printer}, level ${level}`;
    reportAtMost(maxSlowerMs, {
      figure: `${what}: another forward is slower by, p95`,
      value: beside.requests.p95Ms - quiet.requests.p95Ms,
      unit: 'ms',
      note: `${beside.requests.p95Ms.toFixed(1)} ms, ${quiet.requests.p95Ms.toFixed(1)} ms beside a quiet one`,
    });
    reportNone({
      figure: `${what}: another forward's failed requests`,
      value: beside.requests.failed,
      note: `of ${beside.requests.count}`,
    });
    reportAtMost(maxGrownMb, {
      figure: `${what}: memory grows by`,
      value: beside.watched.grownMb - quiet.watched.grownMb,
      unit: 'MB',
      note: `${beside.watched.grownMb.toFixed(0)} MB, ${quiet.watched.grownMb.toFixed(0)} MB beside a quiet one`,
    });
  }
}

function within(outer: Scope): Scope {
  const scope = new Scope('one daemon');
  outer.own('one daemon', () => scope.close());
  return scope;
}

async function measure(
  scope: Scope,
  level: string,
  printer: Printer | null,
): Promise<{ readonly requests: Requests; readonly watched: Watched }> {
  const forward = await prepareQuietForward(scope);
  const prints = printer === null ? '' : `${printers[printer]} & `;
  const child = {
    name: 'child',
    technology: 'command',
    local_port: await freePort(),
    connection: {
      argv: [
        'sh',
        '-c',
        `${prints}exec "$0" "$@"`,
        process.execPath,
        relayCommand,
        '{socket}',
        String(forward.targetPort),
      ],
    },
  };
  const config = JSON.stringify({ services: [forward.entry, child] });
  const daemon = await WatchedDaemon.start(scope, config, '--log-level', level);
  let requests: Requests = { count: 0, failed: 0, p95Ms: NaN };
  const watched = await daemon.during(async () => {
    requests = await askFor(forward, watchMs);
  });
  await scope.close();
  return { requests, watched };
}
