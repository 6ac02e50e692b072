/** Plays events against the forward machine in unit tests. */
import { describeCause, type Cause } from '../../../../shared/failure.ts';
import type { RestartPolicySpec } from '../../../../shared/service-spec.ts';
import { transition } from '../forward-machine.ts';
import { initialForwardState, type Effect, type ForwardEvent, type ForwardState } from '../forward-state.ts';

export const policy: RestartPolicySpec = {
  enabled: true,
  maxAttempts: 3,
  initialDelayMs: 1_000,
  maxDelayMs: 60_000,
  backoffMultiplier: 2,
};
export const downCause = describeCause('transport-down', { what: 'The cluster prod' });

/** Plays events one by one and records phase and effects as readable lines. */
export class Play {
  state: ForwardState = initialForwardState;
  now = 0;
  transportDown: Cause | null = null;
  clientsWait = false;
  onDemand = false;
  readonly lines: string[] = [];

  on(...events: ForwardEvent[]): this {
    for (const event of events) {
      const { now, transportDown, clientsWait, onDemand } = this;
      const dated =
        event.type === 'checked' ? { ...event, report: { ...event.report, startedAt: now } } : event;
      const next = transition(this.state, dated, {
        now,
        random: 0.5,
        policy,
        transportDown,
        clientsWait,
        onDemand,
      });
      this.state = next.state;
      const effects = next.effects.map(effectText).join(', ');
      this.lines.push(`${event.type} → ${situationText(this.state)}${effects === '' ? '' : `: ${effects}`}`);
    }
    return this;
  }

  /** The transport goes down, as the runner is notified. */
  transportGoesDown(): this {
    this.transportDown = downCause;
    return this.on({ type: 'transport-down', cause: downCause });
  }

  transportComesBack(): this {
    this.transportDown = null;
    return this.on({ type: 'triggered', trigger: 'transport-up' });
  }

  after(ms: number): this {
    this.now += ms;
    return this;
  }

  /** On, connected and up with tunnel 1; the lines so far are discarded. */
  static up(): Play {
    const play = new Play();
    play.on({ type: 'turned-on' }, { type: 'port-opened' }, { type: 'tunnel-ready', tunnel: 1 });
    play.lines.length = 0;
    return play;
  }
}

function effectText(effect: Effect): string {
  if (effect.type === 'start-tunnel' && effect.forced) return `start-tunnel ${effect.tunnel} forced`;
  return 'tunnel' in effect ? `${effect.type} ${effect.tunnel}` : effect.type;
}

function situationText(state: ForwardState): string {
  const { situation } = state;
  const extra = state.leaving.length === 0 ? '' : ` (leaving ${state.leaving.join(' ')})`;
  switch (situation.phase) {
    case 'connecting':
      return `connecting ${situation.tunnel ?? 'port'}${extra}`;
    case 'up': {
      const { replacement } = situation;
      const next =
        replacement.kind === 'starting'
          ? ` + ${replacement.tunnel}`
          : replacement.kind === 'none'
            ? ''
            : ` + ${replacement.kind}`;
      return `up ${situation.tunnel}${next}${extra}`;
    }
    case 'retrying':
      return `retrying at ${situation.retryAt}${extra}`;
    case 'off':
    case 'idle':
    case 'waiting':
    case 'failed':
    case 'stopping':
      return `${situation.phase}${extra}`;
  }
}
