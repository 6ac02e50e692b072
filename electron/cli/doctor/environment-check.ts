import type { Environment } from '../../core/process/environment-block.ts';
import { cleanEnvironment, withFallbackPath } from '../../core/process/environment-block.ts';
import { captureLoginEnvironment } from '../../core/process/login-capture.ts';
import { findLoginShell } from '../../core/process/login-shell.ts';
import type { CommandContext } from '../command-context.ts';
import { bad, fine, type Finding } from '../output/findings.ts';

export interface LoginEnvironmentFound {
  readonly environment: Environment;
  readonly finding: Finding;
}

/** Runs the login shell, as the host does: the host's children find the programs on its PATH. At most 10 s. */
export async function examineLoginShell({
  env,
  clock,
  signal,
}: CommandContext): Promise<LoginEnvironmentFound> {
  const inherited = cleanEnvironment(env);
  const shell = findLoginShell(env);
  const startedAt = clock.now();
  const captured = await captureLoginEnvironment(
    { shell, environment: inherited, clock, registries: [] },
    signal,
  );
  const tookMs = Math.round(clock.now() - startedAt);
  if (!captured.ok) {
    const fix =
      'Run it by hand to see what it waits for. LocalPort sets LOCALPORT_RESOLVING_ENVIRONMENT for it.';
    const finding = bad('login shell', `${shell} did not print its environment: ${captured.error}`, fix);
    return { environment: withFallbackPath(inherited), finding };
  }
  const environment = withFallbackPath(captured.value);
  return { environment, finding: fine('login shell', `${shell} answers after ${tookMs} ms`) };
}
