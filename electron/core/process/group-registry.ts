/** Notified of every process group when it starts and when its last member is gone. Must neither block nor throw. */
export interface GroupRegistry {
  /** Before a child starts, with the first part of the mark in its environment; null: it has not started. */
  starting?(mark: string | null): void;
  add(pgid: number): void;
  remove(pgid: number): void;
}
