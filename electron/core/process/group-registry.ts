/** Notified of every process group when it starts and when its last member is gone. Must neither block nor throw. */
export interface GroupRegistry {
  add(pgid: number): void;
  remove(pgid: number): void;
}
