import { Argument } from 'commander';

/** Services by name. Completion knows by this argument's name what it has to offer. */
export const nameArgument = (description = 'services, by name'): Argument =>
  new Argument('[service...]', description);
