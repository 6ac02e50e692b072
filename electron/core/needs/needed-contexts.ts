/** Whether the kubeconfig has the contexts that kubectl services use. Does not run kubectl, which might open a sign-in page. */
import { homedir } from 'node:os';
import { closestWord } from '../config/spelling.ts';
import { kubeconfigFiles } from '../kube/current-context.ts';
import { contextNames, readKubeconfigs } from '../kube/kubeconfig.ts';
import type { KubeconfigChoice } from './needs-of.ts';
import { isBad, isFine, isOdd, type Verdict } from './need.ts';

export async function judgeContext(
  { context, kubeconfig }: KubeconfigChoice,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Verdict> {
  const files = kubeconfigFiles(kubeconfig, environment);
  const where = files.map(shortPath).join(', ');
  const read = await contextNames(files);
  if (!read.ok)
    return (read.error.isOnlyHere ? isOdd : isBad)(
      `${shortPath(read.error.file)} ${read.error.what}`,
      'See what kubectl finds: kubectl config get-contexts',
    );
  const names = read.value;
  if (context !== null && !names.includes(context)) {
    const close = closestWord(context, names);
    const fix =
      close === null ? 'To see which there are: kubectl config get-contexts' : `Did you mean ${close}?`;
    return isBad(`is not in ${where}`, fix);
  }
  const facts = await readKubeconfigs(files, context);
  if (facts !== null) return isFine(facts.server === '' ? `is in ${where}` : `leads to ${facts.server}`);
  return context === null
    ? isBad(
        names.length === 0 ? `there is none in ${where}` : `${where} has no current context`,
        'Write a context in the config, or choose one: kubectl config use-context NAME',
      )
    : isBad(`names a cluster that is not in ${where}`, 'Correct the kubeconfig.');
}

function shortPath(file: string): string {
  const home = homedir();
  return file.startsWith(`${home}/`) ? `~${file.slice(home.length)}` : file;
}
