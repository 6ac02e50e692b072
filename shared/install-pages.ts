/** The installation pages of programs that a forward may need. A fixed list: no other pages are opened. Pure. */

export interface InstallPage {
  readonly program: string;
  readonly url: string;
}

const pages: readonly InstallPage[] = [
  { program: 'kubectl', url: 'https://kubernetes.io/docs/tasks/tools/' },
  {
    program: 'aws',
    url: 'https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html',
  },
  {
    program: 'gke-gcloud-auth-plugin',
    url: 'https://cloud.google.com/kubernetes-engine/docs/how-to/cluster-access-for-kubectl#install_plugin',
  },
  { program: 'kubelogin', url: 'https://azure.github.io/kubelogin/install.html' },
];

/** `program`: its name or path. null: it is not in the list. */
export function installPageOf(program: string | undefined): InstallPage | null {
  const name = program?.split('/').at(-1);
  return pages.find((page) => page.program === name) ?? null;
}
