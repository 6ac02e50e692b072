/** The pages that are pushed inside the popover; Back and Escape return to the previous one. Pure. */

export type Page =
  | { readonly kind: 'settings' }
  | { readonly kind: 'about' }
  | { readonly kind: 'doctor' }
  | { readonly kind: 'details'; readonly name: string }
  /** null: LocalPort's own log. */
  | { readonly kind: 'log'; readonly name: string | null }
  | { readonly kind: 'sign-in'; readonly name: string; readonly command: string }
  /** The output of a command; `title`: what it shows. */
  | { readonly kind: 'output'; readonly name: string; readonly command: string; readonly title: string }
  /** `command`: does by hand what the page does. */
  | { readonly kind: 'host-key'; readonly name: string; readonly command: string }
  /** `command`: does by hand what the page does. */
  | { readonly kind: 'add-key'; readonly name: string; readonly command: string }
  /** `others`: services with the same problem. */
  | { readonly kind: 'choose-context'; readonly name: string; readonly others: readonly string[] }
  /** `name`: the service to edit; null: a new one. */
  | { readonly kind: 'form'; readonly name: string | null }
  | { readonly kind: 'import'; readonly source: 'kube' | 'ssh' };

export type PageKind = Page['kind'];

const titles: Readonly<Record<Exclude<PageKind, 'details' | 'output' | 'log' | 'form' | 'import'>, string>> =
  {
    settings: 'Settings',
    about: 'About LocalPort',
    doctor: 'Doctor',
    'sign-in': 'Sign In',
    'host-key': 'Host Key',
    'add-key': 'Add Key to Agent',
    'choose-context': 'Choose Context',
  };

export function pageTitle(page: Page): string {
  switch (page.kind) {
    case 'details':
      return page.name;
    case 'output':
      return page.title;
    case 'log':
      return page.name === null ? 'LocalPort Log' : `Log of ${page.name}`;
    case 'form':
      return page.name === null ? 'Add Forward' : `Edit ${page.name}`;
    case 'import':
      return page.source === 'kube' ? 'From Kubernetes' : 'From SSH Config';
    case 'settings':
    case 'about':
    case 'doctor':
    case 'sign-in':
    case 'host-key':
    case 'add-key':
    case 'choose-context':
      return titles[page.kind];
  }
}
