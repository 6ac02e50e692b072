import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { systemClock } from '../clock.ts';
import { TaskManager } from '../lifecycle/task-manager.ts';
import { silentLogger } from '../observability/logger.ts';
import type { LoginEnvironment } from '../process/login-environment.ts';
import { Scope } from '../scope.ts';
import { FakeClock, settle } from '../testing/fake-clock.ts';
import { MachineWatch } from './machine-watch.ts';

let homeDirectory: string;

beforeEach(() => {
  homeDirectory = mkdtempSync(path.join(tmpdir(), 'machine-'));
});

afterEach(() => {
  rmSync(homeDirectory, { recursive: true });
});

it('watches nothing when the login shell answers after the scope has closed', async () => {
  const clock = new FakeClock();
  const scope = new Scope('host');
  let answer: (outcome: 'captured') => void = () => undefined;
  const environment: LoginEnvironment = {
    current: () => ({}),
    capture: () => new Promise((resolve) => (answer = resolve)),
    capturedAt: () => null,
  };
  const heard: string[] = [];
  new MachineWatch({
    scope,
    clock,
    log: silentLogger,
    homeDirectory,
    environment,
    tasks: new TaskManager({ clock, log: silentLogger }),
    onEvent: ({ kind }) => heard.push(kind),
  });
  expect(scope.owned).toEqual(['wake monitor', 'credential watcher']);
  await scope.close();
  answer('captured');
  await settle();
  expect([clock.pendingTimers, heard]).toEqual([0, []]);
});

it('asks the shell again on request, and returns whether it has answered', async () => {
  const scope = new Scope('host');
  const heard: string[] = [];
  const answers: ('captured' | 'failed')[] = ['failed', 'captured', 'failed'];
  const machine = new MachineWatch({
    scope,
    clock: systemClock,
    log: silentLogger,
    homeDirectory,
    environment: {
      current: () => ({}),
      capture: () => Promise.resolve(answers.shift() ?? 'failed'),
      capturedAt: () => null,
    },
    tasks: new TaskManager({ clock: systemClock, log: silentLogger }),
    onEvent: (event) => heard.push(event.kind === 'credentials' ? event.concerns : event.kind),
  });
  expect([await machine.refreshEnvironment(), heard]).toEqual([true, ['all']]);
  expect([await machine.refreshEnvironment(), heard]).toEqual([false, ['all']]);
  await scope.close();
});

it('notices changes of a kubeconfig that a service names, wherever it is', async () => {
  const scope = new Scope('host');
  const heard: string[] = [];
  const machine = new MachineWatch({
    scope,
    clock: systemClock,
    log: silentLogger,
    homeDirectory,
    environment: { current: () => ({}), capture: () => Promise.resolve('failed'), capturedAt: () => null },
    tasks: new TaskManager({ clock: systemClock, log: silentLogger }),
    onEvent: (event) => heard.push(event.kind === 'credentials' ? event.concerns : event.kind),
  });
  const folder = mkdtempSync(path.join(tmpdir(), 'kubeconfig-'));
  const file = path.join(folder, 'prod.yaml');
  writeFileSync(file, 'kind: Config\n');
  machine.watchKubeconfigs([file]);
  writeFileSync(file, 'kind: Config\ncurrent-context: prod\n');
  await vi.waitFor(() => expect(heard).toEqual(['kubectl']), 5_000);
  await scope.close();
  rmSync(folder, { recursive: true });
});
