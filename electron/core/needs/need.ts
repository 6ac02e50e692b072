/** Something outside of LocalPort that services need: a context of a kubeconfig, a host's name, a key. */
export interface Need {
  /** `bad`: the services cannot work like this. `note`: they may. */
  readonly level: 'ok' | 'note' | 'bad';
  /** `host bastion`, `context prod`. */
  readonly subject: string;
  readonly message: string;
  /** What to do about it; null where nothing is to be done. */
  readonly fix: string | null;
}

/** What was found out about one need. */
export type Verdict = Omit<Need, 'subject'>;

export const isFine = (message: string): Verdict => ({ level: 'ok', message, fix: null });
export const isOdd = (message: string, fix: string | null): Verdict => ({ level: 'note', message, fix });
export const isBad = (message: string, fix: string | null): Verdict => ({ level: 'bad', message, fix });
