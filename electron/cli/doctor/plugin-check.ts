import * as z from 'zod';
import { findOnPath } from '../../core/process/find-on-path.ts';
import { bad, fine, note } from '../output/findings.ts';
import { lastLine, runTool } from '../tool-run.ts';
import type { Check } from './examination.ts';

const readMs = 10_000;

const kubeconfigSchema = z.object({
  users: z
    .array(
      z.object({
        name: z.string(),
        user: z.object({
          exec: z.object({ command: z.string(), installHint: z.string().nullish() }).nullish(),
        }),
      }),
    )
    .nullish(),
});

/** The credential plugins that the kubeconfig names, where kubectl will look for them. */
export const checkPlugins: Check = async ({ context, environment }) => {
  if ((await findOnPath('kubectl', environment)) === null) return [];
  const run = await runTool(
    { ...context, env: environment },
    ['kubectl', 'config', 'view', '--output=json'],
    readMs,
  );
  if (run.exitCode !== 0) return [bad('kubeconfig', lastLine(run.stderr), 'Correct your kubeconfig.')];
  const kubeconfig = readKubeconfig(run.stdout);
  if (kubeconfig === null)
    return [note('kubeconfig', 'kubectl prints it in an unknown format', 'Update kubectl, or LocalPort.')];
  const plugins = (kubeconfig.users ?? []).flatMap(({ name, user: { exec } }) =>
    exec === null || exec === undefined ? [] : [{ user: name, ...exec }],
  );
  return Promise.all(
    plugins.map(async ({ user, command, installHint }) => {
      const file = await findOnPath(command, environment);
      if (file !== null) return fine('exec plugin', `${command} for ${user} (${file})`);
      const fix = installHint ?? `Install it, or put it on your login shell's PATH.`;
      return bad('exec plugin', `${command}, which ${user} signs in with, was not found`, fix.trim());
    }),
  );
};

function readKubeconfig(json: string): z.infer<typeof kubeconfigSchema> | null {
  try {
    return kubeconfigSchema.parse(JSON.parse(json));
  } catch {
    return null;
  }
}
