import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../clock.ts';
import { silentLogger } from '../observability/logger.ts';
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

function watching(kubeconfigs: readonly string[] = []): { changes: number } {
  const seen = { changes: 0 };
  const onChange = (): void => {
    seen.changes += 1;
  };
  stop = watchCredentials({
    homeDirectory: home,
    kubeconfigs,
    clock: systemClock,
    log: silentLogger,
    onChange,
  });
  return seen;
}

describe('the credential watcher', () => {
  it('tells once of a kubeconfig that is written in several steps', async () => {
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

  it('does not hear what a failing plugin writes itself', async () => {
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

  it('watches kubeconfigs in other places too, and stops when told', async () => {
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
});
