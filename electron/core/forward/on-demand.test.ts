import { beforeEach, describe, expect, it } from 'vitest';
import { describeCause } from '../../../shared/failure.ts';
import { outputsOf } from './forward-machine.ts';
import { Play } from './testing/play.ts';

let play: Play;

beforeEach(() => {
  play = new Play();
  play.onDemand = true;
});

const clientArrives = (): Play => {
  play.clientsWait = true;
  return play.on({ type: 'triggered', trigger: 'demand' });
};

/** Up with tunnel 1 for a client that has been served. */
function up(): Play {
  play.on({ type: 'turned-on' }, { type: 'port-opened' });
  clientArrives().on({ type: 'tunnel-ready', tunnel: 1 });
  play.clientsWait = false;
  play.lines.length = 0;
  return play;
}

describe('a service on demand', () => {
  it('opens its port when it is turned on, and a tunnel for the first client', () => {
    play.on({ type: 'turned-on' }, { type: 'port-opened' });
    expect(play.lines).toEqual(['turned-on → idle: open-port', 'port-opened → idle']);
    expect(outputsOf(play.state)).toEqual({
      clients: { kind: 'hold' },
      watched: null,
      debt: null,
      dueAt: null,
    });
    expect(clientArrives().lines.at(-1)).toBe('triggered → connecting 1: start-tunnel 1');
  });

  it('serves a client that arrives while its port opens', () => {
    play.on({ type: 'turned-on' });
    play.clientsWait = true;
    expect(play.on({ type: 'port-opened' }).lines.at(-1)).toBe('port-opened → connecting 1: start-tunnel 1');
  });

  it('ends its tunnel when nobody has used it, and opens another one for the next client', () => {
    expect(up().on({ type: 'unused' }, { type: 'tunnel-ended', tunnel: 1, cause: null }).lines).toEqual([
      'unused → idle (leaving 1): drain-tunnel 1',
      'tunnel-ended → idle',
    ]);
    expect(clientArrives().lines.at(-1)).toBe('triggered → connecting 2: start-tunnel 2');
  });

  it('ends a replacement that is starting, too', () => {
    up().on({ type: 'reconfigured' });
    expect(play.on({ type: 'unused' }).lines.at(-1)).toBe(
      'unused → idle (leaving 1 2): drain-tunnel 1, stop-tunnel 2',
    );
  });

  it('stays up while a client waits, in trouble, or if it is no longer on demand', () => {
    up();
    const state = play.state;
    play.clientsWait = true;
    play.on({ type: 'unused' });
    play.clientsWait = false;
    play.state = { ...state, health: 'unhealthy' };
    play.on({ type: 'unused' });
    play.state = state;
    play.onDemand = false;
    play.on({ type: 'unused' });
    expect(play.lines).toEqual(Array(3).fill('unused → up 1'));
  });

  it('stays idle through a sleep, another network, and a changed config', () => {
    play.on({ type: 'turned-on' }, { type: 'port-opened' }, { type: 'suspended' });
    for (const trigger of ['wake', 'network', 'credentials', 'config', 'transport-up'] as const)
      play.on({ type: 'triggered', trigger });
    play.on(
      { type: 'reconfigured' },
      { type: 'transport-down', cause: describeCause('killed') },
      { type: 'due' },
    );
    expect(play.lines.slice(2).map((line) => line.split(' → ')[1])).toEqual(Array(9).fill('idle'));
  });

  it('connects after a sleep for a client that waits since', () => {
    play.on({ type: 'turned-on' }, { type: 'port-opened' }, { type: 'suspended' });
    expect(clientArrives().lines.at(-1)).toBe('triggered → idle');
    expect(play.on({ type: 'triggered', trigger: 'wake' }).lines.at(-1)).toBe(
      'triggered → connecting 1: start-tunnel 1',
    );
  });

  it('connects when the user asks for it, or when it is no longer on demand', () => {
    play.on({ type: 'turned-on' }, { type: 'port-opened' });
    const idle = play.state;
    play.on({ type: 'triggered', trigger: 'user' });
    play.state = idle;
    play.on({ type: 'retry-forced' });
    play.state = idle;
    play.onDemand = false;
    play.on({ type: 'triggered', trigger: 'config' });
    expect(play.lines.slice(2)).toEqual([
      'triggered → connecting 1: start-tunnel 1 forced',
      'retry-forced → connecting 1: start-tunnel 1 forced',
      'triggered → connecting 1: start-tunnel 1',
    ]);
  });

  it('is idle again once its taken port is free', () => {
    play.on(
      { type: 'turned-on' },
      { type: 'port-failed', cause: describeCause('port-in-use', { port: 5432 }) },
    );
    play.after(2_200).on({ type: 'due' }, { type: 'port-opened' });
    expect(play.lines.slice(1)).toEqual([
      'port-failed → failed',
      'due → failed: open-port',
      'port-opened → idle',
    ]);
    expect(play.state.cause).toBeNull();
  });

  it('is turned off like any other', () => {
    play.on({ type: 'turned-on' }, { type: 'port-opened' }, { type: 'turned-off' }, { type: 'port-closed' });
    expect(play.lines.slice(2)).toEqual(['turned-off → stopping: close-port', 'port-closed → off']);
  });
});
