import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeCause, type Cause } from '../../../shared/failure.ts';
import type { Snapshot } from '../../../shared/service-snapshot.ts';
import { silentLogger } from '../observability/logger.ts';
import { Scope } from '../scope.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { promptForLocalNetwork } from './local-network-prompt.ts';

const minute = 60_000;
const suspected = (address: string): Cause => describeCause('local-network-denied', { address });

class World {
  readonly clock = new FakeClock();
  readonly scope = new Scope('test');
  /** The state of each connection: `open`, `ended by us`, `over`. */
  readonly connections: string[] = [];
  readonly #over: (() => void)[] = [];
  #tell: (snapshot: Snapshot) => void = () => undefined;

  constructor(platform: NodeJS.Platform) {
    const onSnapshot = (listener: (snapshot: Snapshot) => void): (() => void) => {
      this.#tell = listener;
      return () => undefined;
    };
    promptForLocalNetwork(
      { scope: this.scope, onSnapshot },
      {
        platform,
        clock: this.clock,
        log: silentLogger,
        connect: (address, onOver) => {
          const index = this.connections.push(`${address} open`) - 1;
          this.#over.push(() => {
            this.connections[index] = `${address} over`;
            onOver();
          });
          return () => {
            if (this.connections[index] === `${address} open`) this.connections[index] = `${address} ended`;
          };
        },
      },
    );
  }

  show(...causes: Cause[]): void {
    this.#tell({ services: causes.map((cause) => ({ cause })) } as unknown as Snapshot);
  }

  fail(index: number): void {
    this.#over[index]?.();
  }
}

let world: World;
beforeEach(() => {
  world = new World('darwin');
});
afterEach(() => world.scope.close());

describe('the prompt for the local network', () => {
  it('is triggered by exactly one connection per address, which is kept for 5 s', async () => {
    world.show(suspected('192.168.1.5'), suspected('192.168.1.5'), suspected('192.168.1.6'));
    world.show(suspected('192.168.1.5'));
    await world.clock.advance(4_999);
    expect(world.connections).toEqual(['192.168.1.5 open', '192.168.1.6 open']);
    await world.clock.advance(1);
    expect(world.connections).toEqual(['192.168.1.5 ended', '192.168.1.6 ended']);
  });

  it('is triggered again after 10 minutes at the earliest', async () => {
    world.show(suspected('192.168.1.5'));
    world.fail(0);
    await world.clock.advance(10 * minute - 1);
    world.show(suspected('192.168.1.5'));
    expect(world.connections).toEqual(['192.168.1.5 over']);
    await world.clock.advance(1);
    world.show(suspected('192.168.1.5'));
    expect(world.connections).toEqual(['192.168.1.5 over', '192.168.1.5 open']);
  });

  it('holds no timer for a connection that is over', () => {
    world.show(suspected('192.168.1.5'));
    world.fail(0);
    expect(world.clock.pendingTimers).toBe(0);
  });

  it('is not triggered by other causes', () => {
    world.show(describeCause('host-unreachable', { host: '192.168.1.5' }), describeCause('timed-out'));
    expect(world.connections).toEqual([]);
  });

  it('uses a bounded number of connections, which end with the host', async () => {
    world.show(...Array.from({ length: 100 }, (_, index) => suspected(`192.168.1.${index}`)));
    expect(world.connections).toHaveLength(16);
    await world.scope.close();
    expect(world.connections.filter((connection) => connection.endsWith('open'))).toEqual([]);
  });

  it('is not triggered on other systems', () => {
    const linux = new World('linux');
    linux.show(suspected('192.168.1.5'));
    expect(linux.connections).toEqual([]);
    return linux.scope.close();
  });
});
