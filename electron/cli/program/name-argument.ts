import { Argument } from 'commander';

/** Services by name. Completion uses this argument's name to choose its candidates. */
export const nameArgument = (description = 'services, by name'): Argument =>
  new Argument('[service...]', description);
