import { beforeEach, describe, expect, it } from 'vitest';
import { describeCause } from '../../../shared/failure.ts';
import type { Desired } from '../../../shared/service-snapshot.ts';
import type { ServiceSpec } from '../../../shared/service-spec.ts';
import { settle } from '../testing/fake-clock.ts';
import { serviceSpec } from '../testing/service-spec.ts';
import { ForwardRunner } from './forward-runner.ts';
import { Supervisor } from './supervisor.ts';
import { FakeForwardWorld } from './testing/fake-forward-world.ts';

const a = serviceSpec('a', { localPort: 7001, tags: ['db'] });
const b = serviceSpec('b', { localPort: 7002, tags: ['db'] });
const c = serviceSpec('c', { localPort: 7003 });

let world: FakeForwardWorld;
let choices: Map<string, Desired>;
let supervisor: Supervisor;
let mayCreate = true;

beforeEach(() => {
  world = new FakeForwardWorld();
  choices = new Map();
  supervisor = new Supervisor({
    createRunner: (service) => {
      if (!mayCreate) throw new Error('no runner');
      return new ForwardRunner(service, world.parts(service.name));
    },
    desiredOf: (service) => choices.get(service.name) ?? (service.enabled ? 'on' : 'off'),
    rememberDesired: (name, desired) => choices.set(name, desired),
  });
});

async function apply(...services: readonly ServiceSpec[]): Promise<void> {
  await supervisor.apply(services);
  await settle();
  for (const tunnel of world.tunnels) await tunnel.comesUp();
}

const rows = (): string[] =>
  supervisor
    .snapshot()
    .map(
      ({ name, desired, phase, localPort, restarts }) =>
        `${name} ${desired} ${phase} ${localPort} ${restarts}`,
    );
const alive = (): string[] => world.tunnels.filter((tunnel) => tunnel.isAlive).map((tunnel) => tunnel.id);

describe('the supervisor', () => {
  it('starts the services that the config enables, in the order of the file', async () => {
    await apply(a, { ...b, enabled: false }, c);
    expect(rows()).toEqual(['a on up 7001 0', 'b off off 7002 0', 'c on up 7003 0']);
  });

  it('touches only services that changed', async () => {
    await apply(a, b, c);
    await apply(
      { ...a, connection: { technology: 'tcp', host: 'elsewhere', remotePort: 1 } },
      { ...c, tags: ['x'] },
    );
    expect(rows()).toEqual(['a on up 7001 1', 'c on up 7003 0']);
    expect(alive()).toEqual(['a#1', 'c#1', 'a#2']);
  });

  it('gives a port that one service released to the next one', async () => {
    await apply(a, b);
    await apply({ ...a, localPort: 7002 });
    expect(rows()).toEqual(['a on up 7002 0']);
    expect(world.ports.map((port) => port.isOpen)).toEqual([false, false, true]);
  });

  it('keeps the port and the connections when the technology changes', async () => {
    await apply(a);
    await apply({ ...a, connection: { technology: 'command', argv: ['nc'], remotePort: null } });
    expect([rows(), alive(), world.ports.length]).toEqual([['a on up 7001 1'], ['a#1', 'a#2'], 1]);
    expect(world.tunnels.map((tunnel) => tunnel.service.connection.technology)).toEqual(['tcp', 'command']);
  });

  it('lets an edit of `enabled` override an earlier toggle, also when the port is edited with it', async () => {
    await apply(a);
    supervisor.setDesired('a', 'on');
    await apply({ ...a, localPort: 7009, enabled: false });
    expect([rows(), [...choices]]).toEqual([['a off off 7009 0'], [['a', 'off']]]);
  });

  it('keeps showing a service while it is rebuilt', async () => {
    await apply(a, b);
    world.port.isSlowToClose = true;
    const applying = supervisor.apply([a, { ...b, localPort: 7009 }]);
    await settle();
    expect(rows()[1]).toBe('b off stopping 7002 0');
    await world.ports[1]?.closes();
    await applying;
    expect(rows()[1]).toBe('b on connecting 7009 0');
  });

  it('rebuilds a service as soon as its port is free, and stops its old tunnel with the rest', async () => {
    await apply(a);
    const old = world.tunnel;
    old.isSlowToStop = true;
    await supervisor.apply([{ ...a, localPort: 7009 }]);
    expect([rows(), old.isAlive]).toEqual([['a on connecting 7009 0'], true]);
    let isOver = false;
    const stopping = supervisor.stopAll().then(() => (isOver = true));
    await settle();
    expect(isOver).toBe(false);
    await old.dies(describeCause('killed'));
    await stopping;
  });

  it('applies the next config after one that could not be applied', async () => {
    mayCreate = false;
    await expect(supervisor.apply([a])).rejects.toThrow('no runner');
    mayCreate = true;
    await apply(b);
    expect(rows()).toEqual(['b on up 7002 0']);
  });

  it('follows a new order in the file', async () => {
    await apply(a, b, c);
    await apply(c, a, b);
    expect(supervisor.snapshot().map(({ name }) => name)).toEqual(['c', 'a', 'b']);
  });

  it("saves the user's choice, which survives a reload", async () => {
    await apply(a, b);
    supervisor.setDesired('a', 'off');
    await settle();
    await apply({ ...a, tags: ['new'] }, b);
    expect([rows(), [...choices]]).toEqual([['a off off 7001 0', 'b on up 7002 0'], [['a', 'off']]]);
  });

  it('lets an edit of `enabled` override an earlier toggle', async () => {
    await apply(a);
    supervisor.setDesired('a', 'on');
    await apply({ ...a, enabled: false });
    expect([rows(), [...choices]]).toEqual([['a off off 7001 0'], [['a', 'off']]]);
  });

  it('turns all services with a tag on and off, and every service if no tag is given', async () => {
    await apply(a, b, c);
    supervisor.setDesiredForTag('db', 'off');
    await settle();
    expect(rows()).toEqual(['a off off 7001 0', 'b off off 7002 0', 'c on up 7003 0']);
    supervisor.setDesiredForTag(null, 'off');
    await settle();
    expect(alive()).toEqual([]);
  });

  it('does not turn a stopping forward on again, and starts its successor with the latest choice', async () => {
    await apply(a, { ...b, enabled: false });
    const leaver = world.ports[0];
    if (leaver !== undefined) leaver.isSlowToClose = true;
    const applying = supervisor.apply([{ ...a, localPort: 7009 }, b]);
    await settle();
    supervisor.setDesired('a', 'off');
    supervisor.setDesired('a', 'on');
    await leaver?.closes();
    await applying;
    await settle();
    expect([rows()[0], alive()]).toEqual(['a on connecting 7009 0', ['b#1', 'a#1']]);
    await apply(c);
    expect(rows()).toEqual(['c on up 7003 0']);
  });

  it('saves a choice for a service that is being rebuilt', async () => {
    await apply(a, b);
    const [tunnelOfA, tunnelOfB] = world.tunnels;
    tunnelOfB!.isSlowToStop = true;
    const applying = supervisor.apply([{ ...a, localPort: 7009 }]);
    await settle();
    expect(tunnelOfA?.isAlive).toBe(false);
    supervisor.setDesired('a', 'off');
    await tunnelOfB?.dies(describeCause('killed'));
    await applying;
    expect([rows(), [...choices]]).toEqual([['a off off 7009 0'], [['a', 'off']]]);
  });

  it('ignores a service that it does not know', async () => {
    await apply(a);
    supervisor.setDesired('gone', 'on');
    supervisor.retry('gone');
    expect([rows(), choices.size]).toEqual([['a on up 7001 0'], 0]);
  });

  it("stops everything without changing the user's choices, and starts nothing afterward", async () => {
    await apply(a, b);
    await supervisor.stopAll();
    await supervisor.apply([a, b, c]);
    supervisor.setDesired('a', 'on');
    expect([alive(), world.ports.some((port) => port.isOpen), [...choices.keys()]]).toEqual([
      [],
      false,
      ['a'],
    ]);
  });

  it('stops the last service first, before it gets the turn of an earlier one at a host', async () => {
    await apply(a, b, c);
    const stopped: string[] = [];
    for (const { id, ended } of world.tunnels) void ended.then(() => stopped.push(id));
    await supervisor.stopAll();
    expect(stopped).toEqual(['c#1', 'b#1', 'a#1']);
  });

  it('notifies only services affected by changed credentials, and commands, which may use any', async () => {
    const ssh = {
      technology: 'ssh',
      host: 'h',
      user: null,
      port: null,
      keyFile: null,
      password: null,
      remoteHost: 'localhost',
      remotePort: 1,
      jump: [],
      strictHostKeyChecking: 'accept-new',
    } as const;
    const command = { technology: 'command', argv: ['nc'], remotePort: null } as const;
    await apply(a, { ...b, connection: ssh }, { ...c, connection: command });
    for (const tunnel of world.tunnels) await tunnel.dies(describeCause('auth-failed'));
    const tries = (): number => world.tunnels.length;
    expect(tries()).toBe(3);
    supervisor.trigger('credentials', { concerns: 'ssh' });
    await settle();
    expect(world.tunnels.slice(3).map((tunnel) => tunnel.service.name)).toEqual(['b', 'c']);
    supervisor.trigger('credentials');
    await settle();
    expect(world.tunnels.slice(5).map((tunnel) => tunnel.service.name)).toEqual(['a']);
  });

  describe('with another port for this run', () => {
    const ports = (): string[] =>
      supervisor
        .snapshot()
        .map(({ name, phase, localPort, configuredPort }) =>
          [name, phase, localPort, ...(configuredPort === null ? [] : [`not ${configuredPort}`])].join(' '),
        );

    it('runs the service there, and keeps the port across a reload that does not change it', async () => {
      await apply(a, b);
      await supervisor.turnOnAt('a', 7101);
      for (const tunnel of world.tunnels) await tunnel.comesUp();
      expect(ports()).toEqual(['a up 7101 not 7001', 'b up 7002']);
      expect(world.ports.map((port) => port.isOpen)).toEqual([false, true, true]);
      await apply({ ...a, tags: ['new'] }, b);
      expect(ports()).toEqual(['a up 7101 not 7001', 'b up 7002']);
    });

    it('turns on a service that is off', async () => {
      await apply({ ...a, enabled: false });
      await supervisor.turnOnAt('a', 7101);
      expect([ports(), choices.get('a')]).toEqual([['a connecting 7101 not 7001'], 'on']);
    });

    it('touches nothing when the service is already at that port', async () => {
      await apply(a);
      await supervisor.turnOnAt('a', 7001);
      expect([rows(), ports()]).toEqual([['a on up 7001 0'], ['a up 7001']]);
      await supervisor.turnOnAt('a', 7101);
      await supervisor.turnOnAt('a', 7101);
      expect(world.ports).toHaveLength(2);
    });

    it.each([
      [
        'turning it off and on',
        async () => {
          supervisor.setDesired('a', 'off');
          await settle();
          expect(ports()).toEqual(['a off 7001']);
          supervisor.setDesired('a', 'on');
        },
      ],
      [
        'turning it off and on at once',
        async () => {
          supervisor.setDesired('a', 'off');
          supervisor.setDesired('a', 'on');
          await settle();
        },
      ],
      ['choosing the port of the config', () => supervisor.turnOnAt('a', 7001)],
    ])('returns to the port in the config by %s', async (_title, goBack) => {
      await apply(a);
      await supervisor.turnOnAt('a', 7101);
      await goBack();
      await settle();
      expect(ports()).toEqual(['a connecting 7001']);
    });

    it('is overridden by an edit of local_port', async () => {
      await apply(a);
      await supervisor.turnOnAt('a', 7101);
      await supervisor.apply([{ ...a, localPort: 7009 }]);
      expect(ports()).toEqual(['a connecting 7009']);
    });

    it('is not applied again to a service that was removed from the config and added back', async () => {
      await apply(a, b);
      await supervisor.turnOnAt('a', 7101);
      await apply(b);
      await apply(a, b);
      expect(ports()[0]).toBe('a up 7001');
    });

    it('does not bring back a config that a reload has replaced in the meantime', async () => {
      await apply(a, b);
      const applying = supervisor.apply([{ ...a, tags: ['new'] }]);
      await Promise.all([applying, supervisor.turnOnAt('a', 7101)]);
      expect([ports(), supervisor.snapshot()[0]?.tags]).toEqual([['a connecting 7101 not 7001'], ['new']]);
    });

    it('ignores a service that it does not know', async () => {
      await apply(a);
      await supervisor.turnOnAt('gone', 7101);
      expect([ports(), choices.size]).toEqual([['a up 7001'], 0]);
    });
  });
});
