/** `up` and `down`: short for `start` and `stop`. Without names they mean all services. */
import type { Action } from '../command-context.ts';
import type { TargetOptions } from '../service-target.ts';
import { start, type StartOptions } from './start.ts';
import { stop, type StopOptions } from './stop.ts';

const allByDefault = <Options extends TargetOptions>(names: readonly string[], options: Options): Options =>
  names.length === 0 && options.tag === undefined ? { ...options, all: true } : options;

export const up: Action<StartOptions> = (context, options, names) =>
  start(context, allByDefault(names, options), names);

export const down: Action<StopOptions> = (context, options, names) =>
  stop(context, allByDefault(names, options), names);
