/** Something outside of LocalPort that services need: a context of a kubeconfig, a host name, a key. */
export interface Need {
  /** `bad`: the services cannot work. `note`: they may work. */
  readonly level: 'ok' | 'note' | 'bad';
  /** `host bastion`, `context prod`. */
  readonly subject: string;
  readonly message: string;
  /** What to do about it; null: nothing. */
  readonly fix: string | null;
}

/** The result for one need. */
export type Verdict = Omit<Need, 'subject'>;

export const isFine = (message: string): Verdict => ({ level: 'ok', message, fix: null });
export const isOdd = (message: string, fix: string | null): Verdict => ({ level: 'note', message, fix });
export const isBad = (message: string, fix: string | null): Verdict => ({ level: 'bad', message, fix });
