/**
 * With a fake launchd that releases a job as slowly as the real one. Its answers are those of launchctl on macOS 26.
 */
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../core/testing/fake-clock.ts';
import { launchdService } from './launchd-service.ts';
import type { Argv } from './service-manager.ts';
import type { ToolRun } from './tool-run.ts';

const service = launchdService({ homeDirectory: '/Users/me', uid: 501 });
const job = 'gui/501/dev.localport.daemon';
const plist = '/Users/me/Library/LaunchAgents/dev.localport.daemon.plist';

const said = (exitCode: number, stderr = ''): ToolRun => ({ exitCode, stdout: '', stderr, isMissing: false });
const notFound = said(
  113,
  `Bad request.\nCould not find service "dev.localport.daemon" in domain for user gui: 501`,
);
const inputOutput = said(
  5,
  'Bootstrap failed: 5: Input/output error\nTry re-running the command as root for richer errors.',
);

/** `endsAfterMs`: of a job that was told to exit; `settlesMs`: for this long after that, its label is still refused. */
class FakeLaunchd {
  readonly clock = new FakeClock();
  readonly told: string[] = [];
  #goneAt: number | null;
  readonly #endsAfterMs: number;
  readonly #settlesMs: number;
  #isLoaded: boolean;
  #isEnabled: boolean;

  constructor({ isLoaded = true, isEnabled = true, endsAfterMs = 0, settlesMs = 0 } = {}) {
    this.#isLoaded = isLoaded;
    this.#isEnabled = isEnabled;
    this.#endsAfterMs = endsAfterMs;
    this.#settlesMs = settlesMs;
    this.#goneAt = isLoaded ? null : 0;
  }

  readonly run = ([, verb = '']: Argv): Promise<ToolRun> => {
    if (verb !== this.told.at(-1)) this.told.push(verb);
    return Promise.resolve(this.#answer(verb));
  };

  #answer(verb: string): ToolRun {
    const now = this.clock.now();
    if (this.#goneAt !== null && now >= this.#goneAt) this.#isLoaded = false;
    if (verb === 'enable') this.#isEnabled = true;
    if (verb === 'bootout') {
      if (!this.#isLoaded) return said(3, 'Boot-out failed: 3: No such process');
      this.#goneAt = now + this.#endsAfterMs;
      return said(0);
    }
    if (verb === 'print') return this.#isLoaded ? said(0) : notFound;
    if (verb === 'bootstrap') {
      const isFree = !this.#isLoaded && now >= (this.#goneAt ?? 0) + this.#settlesMs && this.#isEnabled;
      if (!isFree) return inputOutput;
      this.#isLoaded = true;
      this.#goneAt = null;
    }
    if (verb === 'kickstart' && this.#isLoaded)
      return said(37, 'Could not kickstart service: Operation already in progress');
    return said(0);
  }

  /** Lets time pass until `work` has settled. */
  async settle<T>(work: Promise<T>): Promise<{ readonly value: T; readonly tookMs: number }> {
    const settled: T[] = [];
    void work.then((value) => settled.push(value));
    const startedAt = this.clock.now();
    while (settled.length === 0) await this.clock.advance(50);
    return { value: await work, tookMs: this.clock.now() - startedAt };
  }

  get tools() {
    return { run: this.run, clock: this.clock, signal: new AbortController().signal };
  }
}

describe('launchd', () => {
  it('gets a job only once it has released the previous one, however long that takes to exit', async () => {
    const launchd = new FakeLaunchd({ endsAfterMs: 30_000, settlesMs: 5_000 });
    expect(await launchd.settle(service.unload(launchd.tools))).toMatchObject({ value: null });
    expect(launchd.clock.now()).toBeGreaterThanOrEqual(30_000);
    const loaded = await launchd.settle(service.load(launchd.tools));
    expect(loaded.value).toBeNull();
    expect(launchd.told).toEqual([
      'bootout',
      'print',
      'enable',
      'bootstrap',
      'print',
      'bootstrap',
      'print',
      'bootstrap',
      'print',
      'bootstrap',
      'kickstart',
    ]);
  });

  it('has at most 40 s', async () => {
    const launchd = new FakeLaunchd({ endsAfterMs: 60_000 });
    const { value, tookMs } = await launchd.settle(service.unload(launchd.tools));
    expect(value?.stderr).toBe(`the agent ${job} is still loaded 40 s after it was told to end`);
    expect(tookMs).toBeLessThanOrEqual(40_500);
  });

  it('loads an agent that the user once turned off', async () => {
    const launchd = new FakeLaunchd({ isLoaded: false, isEnabled: false });
    expect(await launchd.settle(service.load(launchd.tools))).toEqual({ value: null, tookMs: 50 });
  });

  it('has nothing to unload if no job is loaded', async () => {
    const launchd = new FakeLaunchd({ isLoaded: false });
    expect(await launchd.settle(service.unload(launchd.tools))).toEqual({ value: null, tookMs: 50 });
  });

  it('counts as having a job loaded if it refuses one that is already loaded', async () => {
    const launchd = new FakeLaunchd();
    expect((await launchd.settle(service.load(launchd.tools))).value).toBeNull();
  });

  it('is not retried forever, and its own message is reported', async () => {
    const launchd = new FakeLaunchd({ isLoaded: false, settlesMs: 3_600_000 });
    const { value, tookMs } = await launchd.settle(service.load(launchd.tools));
    expect(value).toEqual(inputOutput);
    expect(tookMs).toBeLessThan(20_000);
  });

  it('is not called again if it does not exist', async () => {
    const missing = { exitCode: null, stdout: '', stderr: '/bin/launchctl was not found', isMissing: true };
    const asked: string[] = [];
    const { clock, signal } = new FakeLaunchd().tools;
    const run = (argv: Argv): Promise<ToolRun> => {
      asked.push(argv.join(' '));
      return Promise.resolve(missing);
    };
    expect(await service.unload({ run, clock, signal })).toBe(missing);
    expect(await service.load({ run, clock, signal })).toBe(missing);
    expect(asked).toEqual([
      `/bin/launchctl bootout ${job}`,
      `/bin/launchctl enable ${job}`,
      `/bin/launchctl bootstrap gui/501 ${plist}`,
    ]);
  });

  it.each([
    ['state = running\n\tprogram = /opt/homebrew/opt/node/bin/node\n\tpid = 4711\n', 4711],
    ['state = not running\n\tlast exit code = 0\n', null],
  ])('names the process of a job: %j', async (state, pid) => {
    const { clock, signal } = new FakeLaunchd().tools;
    const stdout = `${job} = {\n\tactive count = 1\n\tpath = ${plist}\n\t${state}}\n`;
    const run = (): Promise<ToolRun> => Promise.resolve({ ...said(0), stdout });
    expect(await service.runningPid({ run, clock, signal })).toBe(pid);
  });
});
