/** Told of every process group from its start until its last member is gone. Must neither block nor throw. */
export interface GroupRegistry {
  add(pgid: number): void;
  remove(pgid: number): void;
}
