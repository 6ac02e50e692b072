import { type ChildProcess, spawn } from 'node:child_process';
import { afterEach, expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import { childrenOf } from '../process/process-children.ts';
import { PromptQueue } from '../prompts/prompt-queue.ts';
import { serviceSpec } from '../testing/service-spec.ts';
import { runningPlugin } from './credential-plugin.ts';
import { KubeSignIn } from './kube-sign-in.ts';

const mark = '--unix-socket=/run/localport/7.kube';
let leader: ChildProcess | null = null;

afterEach(() => {
  if (leader?.pid !== undefined) process.kill(-leader.pid, 'SIGKILL');
});

/** A shell in its own process group, whose command line contains the mark. */
function launch(script: string): number {
  leader = spawn('/bin/sh', ['-c', script, mark], { detached: true, stdio: 'ignore' });
  return leader.pid ?? 0;
}

it('finds the program that kubectl has started, even if kubectl is a script that starts the real one', async () => {
  const direct = launch('sleep 3599; true');
  await expect.poll(() => runningPlugin(direct, mark)).toBe('sleep');
  process.kill(-direct, 'SIGKILL');
  const wrapped = launch(`/bin/sh -c 'sleep 3599; true' ${mark}; true`);
  await expect.poll(() => runningPlugin(wrapped, mark)).toBe('sleep');
});

it('finds none if only a script and the real kubectl are running', async () => {
  const wrapped = launch(`/bin/sh -c 'while :; do :; done' ${mark}; true`);
  await expect.poll(() => childrenOf(wrapped)).toHaveLength(1);
  expect(await runningPlugin(wrapped, mark)).toBeNull();
});

it('does not count a plugin that was seen before a request was answered', async () => {
  const kubectl = launch('sleep 3599; true');
  await expect.poll(() => runningPlugin(kubectl, mark)).toBe('sleep');
  let onLook = (): void => undefined;
  const signIn = new KubeSignIn({
    service: serviceSpec('web'),
    clock: systemClock,
    path: mark,
    kubectl: () => {
      queueMicrotask(onLook);
      return kubectl;
    },
    stderrLines: () => [],
    onUserNeeded: () => undefined,
    prompts: new PromptQueue({ clock: systemClock, onChange: () => undefined, onSecret: () => undefined }),
    services: () => [],
  });
  const { signal } = new AbortController();
  onLook = () => {
    signIn.noteAnswer();
  };
  await signIn.checkPluginAfter(0, signal);
  expect(signIn.isRunning).toBe(false);
  onLook = () => undefined;
  await signIn.checkPluginAfter(0, signal);
  expect(signIn.isRunning).toBe(true);
  signIn.endStart();
  expect(signIn.isRunning).toBe(false);
});
