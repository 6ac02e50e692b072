import { once } from 'node:events';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../../e2e/fixtures/eventually.ts';
import { systemClock, type Clock } from '../clock.ts';
import { silentLogger } from '../observability/logger.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import type { CredentialConcern } from './credential-files.ts';
import { watchCredentials } from './credential-watcher.ts';

let home: string;
let stop: () => void = () => undefined;

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'credentials-'));
  mkdirSync(path.join(home, '.kube'));
  mkdirSync(path.join(home, 'elsewhere'));
});

afterEach(() => {
  stop();
  rmSync(home, { recursive: true });
});

interface Seen {
  changes: number;
  readonly concerns: CredentialConcern[];
}

function watching(
  kubeconfigs: readonly string[] = [],
  clock: Clock = systemClock,
  answers: (folder: string) => Promise<unknown> = stat,
): Seen {
  const seen: Seen = { changes: 0, concerns: [] };
  const onChange = (concerns: CredentialConcern): void => {
    seen.changes += 1;
    seen.concerns.push(concerns);
  };
  stop = watchCredentials({
    homeDirectory: home,
    kubeconfigs,
    clock,
    log: silentLogger,
    onChange,
    answers,
  });
  return seen;
}

interface ByHand {
  readonly seen: Seen;
  readonly clock: FakeClock;
}

function watchingByHand(): ByHand {
  const clock = new FakeClock();
  return { seen: watching([], clock), clock };
}

/** Advances the clock until this many changes were reported. Events arrive in real time, whatever the clock says. */
const heard = (changes: number, { seen, clock }: ByHand): Promise<void> =>
  eventually(`${changes} changes are told`, async () => {
    if (seen.changes < changes) await clock.advance(500);
    return seen.changes >= changes;
  });

describe('the credential watcher', () => {
  it('reports a kubeconfig that is written in several steps once', async () => {
    const seen = watching();
    const file = path.join(home, '.kube', 'config');
    writeFileSync(`${file}.lock`, '');
    writeFileSync(`${file}.new`, 'a');
    renameSync(`${file}.new`, file);
    rmSync(`${file}.lock`);
    await vi.waitFor(() => {
      expect(seen.changes).toBe(1);
    }, 5_000);
  });

  it('ignores files that a failing plugin writes itself', async () => {
    mkdirSync(path.join(home, '.config', 'gcloud'), { recursive: true });
    const seen = watching();
    writeFileSync(path.join(home, '.config', 'gcloud', 'access_tokens.db'), 'a');
    writeFileSync(path.join(home, '.kube', 'cache'), 'a');
    writeFileSync(path.join(home, '.kube', 'config'), 'a');
    await vi.waitFor(() => {
      expect(seen.changes).toBe(1);
    }, 5_000);
    writeFileSync(path.join(home, '.config', 'gcloud', 'credentials.db'), 'a');
    await vi.waitFor(() => {
      expect(seen.changes).toBe(2);
    }, 5_000);
  });

  it('watches kubeconfigs in other places too, and stops on request', async () => {
    const file = path.join(home, 'elsewhere', 'team.yaml');
    const seen = watching([file]);
    writeFileSync(file, 'a');
    await vi.waitFor(() => {
      expect(seen.changes).toBe(1);
    }, 5_000);
    stop();
    expect(() => {
      stop();
    }).not.toThrow();
  });

  it('looks for the folder of a kubeconfig only while its volume answers, and asks once', async () => {
    const file = path.join(home, 'volume', 'team.yaml');
    const asked: string[] = [];
    let answer: () => void = () => undefined;
    const answers = (folder: string): Promise<void> => {
      asked.push(folder);
      return new Promise((resolve) => (answer = resolve));
    };
    const clock = new FakeClock();
    const seen = watching([file], clock, answers);
    mkdirSync(path.dirname(file));
    writeFileSync(file, 'a');
    mkdirSync(path.join(home, '.aws'));
    writeFileSync(path.join(home, '.aws', 'credentials'), 'a');
    await clock.advance(30_000);
    expect([asked, seen.concerns]).toEqual([[path.dirname(file)], [expect.any(String)]]);
    answer();
    await clock.advance(500);
    expect(seen.concerns.slice(1)).toEqual(['kubectl']);
  });

  it('ignores sockets and control files in ~/.ssh, and reports whom a key concerns', async () => {
    const ssh = path.join(home, '.ssh');
    mkdirSync(ssh);
    const { seen, clock } = watchingByHand();
    const server = createServer().listen(path.join(ssh, 'cm-of-a-host'));
    await once(server, 'listening');
    writeFileSync(path.join(ssh, 'known_hosts.old'), 'a');
    writeFileSync(path.join(ssh, 'git@github.com:22'), 'a');
    server.close();
    await once(server, 'close');
    writeFileSync(path.join(ssh, 'authorized_keys'), 'a');
    // Events arrive in order: once this one has arrived, all of the above have too.
    writeFileSync(path.join(home, '.kube', 'config'), 'a');
    await heard(1, { seen, clock });
    writeFileSync(path.join(ssh, 'id_ed25519'), 'a');
    await heard(2, { seen, clock });
    writeFileSync(path.join(ssh, 'config'), 'a');
    writeFileSync(path.join(home, '.kube', 'config'), 'b');
    await heard(3, { seen, clock });
    expect(seen.concerns.slice(0, 2)).toEqual(['kubectl', 'ssh']);
  });

  it('notices a first sign-in, which creates its folder, and the next one', async () => {
    const { seen, clock } = watchingByHand();
    mkdirSync(path.join(home, '.aws', 'sso', 'cache'), { recursive: true });
    writeFileSync(path.join(home, '.aws', 'credentials'), 'a');
    await clock.advance(9_999);
    expect(seen.changes).toBe(0);
    await clock.advance(501);
    expect(seen.changes).toBe(1);
    writeFileSync(path.join(home, '.aws', 'sso', 'cache', 'token.json'), 'a');
    await heard(2, { seen, clock });
  });

  it('reports neither a folder without a sign-in nor existing sign-ins', async () => {
    writeFileSync(path.join(home, '.kube', 'config'), 'a');
    const { seen, clock } = watchingByHand();
    mkdirSync(path.join(home, '.azure'));
    await clock.advance(60_000);
    expect(seen.changes).toBe(0);
  });

  it('follows a folder that is removed and recreated', async () => {
    const { seen, clock } = watchingByHand();
    rmSync(path.join(home, '.kube'), { recursive: true });
    mkdirSync(path.join(home, '.kube'));
    writeFileSync(path.join(home, '.kube', 'config'), 'a');
    await eventually('the new one is noticed', async () => {
      await clock.advance(10_500);
      return seen.changes === 1;
    });
    writeFileSync(path.join(home, '.kube', 'config'), 'b');
    await heard(2, { seen, clock });
    stop();
    expect(clock.pendingTimers).toBe(0);
  });
});
