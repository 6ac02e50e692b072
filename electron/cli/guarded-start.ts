/** The question before a guarded service is turned on, as in the popover. */
import type { ControlOutcome, ControlTarget } from '../../shared/control-contract.ts';
import { isGuarded } from '../../shared/guard.ts';
import type { ServiceSnapshot } from '../../shared/service-snapshot.ts';
import { resolveTarget } from '../core/control/control-target.ts';
import type { CommandContext } from './command-context.ts';
import { CommandFailure, usageFailure } from './command-failure.ts';

export interface GuardOptions {
  readonly yes?: true;
}

export interface Permitted {
  readonly target: ControlTarget;
  /** Tags that no service has: the host is not asked about them. */
  readonly refused: ControlOutcome['refused'];
}

/**
 * The part of a target that may be turned on. LocalPort asks before it turns on named services that are guarded, and
 * without a yes turns on nothing of the target; `--all` and `--tag` leave guarded services out, and say so. Services
 * that are already on do not count.
 */
export async function permittedTarget(
  context: CommandContext,
  target: ControlTarget,
  { services, yes }: GuardOptions & { readonly services: readonly ServiceSnapshot[] },
): Promise<Permitted> {
  if (yes === true) return { target, refused: [] };
  const { accepted, refused } = resolveTarget(target, services);
  const guarded = services
    .filter((service) => accepted.includes(service.name) && service.desired === 'off' && isGuarded(service))
    .map(({ name }) => name);
  if (guarded.length === 0) return { target, refused: [] };
  const [are, them] = guarded.length === 1 ? ['is', 'it'] : ['are', 'them'];
  const all = `${guarded.join(', ')} ${are} guarded`;
  if (target.kind !== 'names') {
    const names = accepted.filter((name) => !guarded.includes(name));
    const hint = `Name ${them}, or add --yes.`;
    if (names.length === 0) throw new CommandFailure(`nothing was started: ${all}`, { hint });
    context.tell(`not started: ${all}. ${hint}`);
    return { target: { kind: 'names', names }, refused };
  }
  if (context.confirm === undefined)
    throw usageFailure(`${all}, and there is no terminal to ask at`, 'Add --yes.');
  if (!(await context.confirm(`${all}. Turn ${them} on? [y/N] `)))
    throw new CommandFailure('nothing was started');
  return { target, refused: [] };
}
