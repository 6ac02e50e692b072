/** A config file that a test edits: JSON under YAML keys, which is also valid YAML. */
export interface ConfigDraft {
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly services: readonly DraftService[];
}

export type DraftService = Readonly<Record<string, unknown>> & { readonly name: string };

export const writeDraft = ({ defaults, services }: ConfigDraft): string =>
  [
    'version: "1.0"',
    `defaults: ${JSON.stringify(defaults)}`,
    'services:',
    ...services.map((service) => `  - ${JSON.stringify(service)}`),
    '',
  ].join('\n');

type Edit = (draft: ConfigDraft) => ConfigDraft;

/** Sets these keys of one service. */
export const change =
  (name: string, keys: Readonly<Record<string, unknown>>): Edit =>
  (draft) => ({
    ...draft,
    services: draft.services.map((service) => (service.name === name ? { ...service, ...keys } : service)),
  });

export const add =
  (service: DraftService): Edit =>
  (draft) => ({ ...draft, services: [...draft.services, service] });

export const remove =
  (name: string): Edit =>
  (draft) => ({ ...draft, services: draft.services.filter((service) => service.name !== name) });

export const changeDefaults =
  (keys: Readonly<Record<string, unknown>>): Edit =>
  (draft) => ({ ...draft, defaults: { ...draft.defaults, ...keys } });

export const all =
  (...edits: readonly Edit[]): Edit =>
  (draft) =>
    edits.reduce((edited, edit) => edit(edited), draft);
