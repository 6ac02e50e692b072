/** The config file becomes garbage while everything runs, then valid again. */
import { reportNone } from '../../bench/figure.ts';
import { eventually } from '../../fixtures/eventually.ts';
import type { FaultWorld } from '../fault-world.ts';
import { failedOf, inWords } from '../requests.ts';
import { reportForAll } from '../row-figures.ts';
import type { Row } from '../row.ts';

const startDeadlineMs = 10_000;
const noticeDeadlineMs = 10_000;

/** Each is written in turn: invalid YAML, YAML of another shape, an empty file, half of the file. */
const garbageOf = (config: string): readonly string[] => [
  '}{ this: is [not yaml',
  '- 1\n- 2\n',
  '',
  config.slice(0, config.length / 2),
];

export const configGarbage: Row = {
  name: 'config-garbage',
  what: 'the config file becomes garbage, four kinds of it, and good again; then a start with one bad entry',
  run: async (world) => {
    const host = await world.addHost();
    const services = [world.addSsh('ssh', host), world.addTcp('tcp', host)];
    await world.addOthers();
    await world.start(services);
    for (const garbage of garbageOf(world.config)) {
      world.daemon.writeConfig(garbage);
      await untilConfigIs(world, 'broken');
      await world.pause(500);
    }
    world.daemon.writeConfig(world.config);
    await untilConfigIs(world, 'loaded');
    await world.pause(1_000);
    const restarts = world.services.reduce(
      (total, { name }) => total + world.daemon.service(name).restarts,
      0,
    );
    await reportForAll(world);
    const failed = services.flatMap((service) => failedOf(world.requestsTo(service)));
    reportNone({ figure: 'requests that failed', value: failed.length, note: inWords(failed) });
    reportNone({ figure: 'restarts', value: restarts });
    await world.daemon.stop();
    world.daemon.writeConfig(withOneBadEntry(world.config));
    const failure = await startAgain(world);
    reportNone({
      figure: 'starts that failed for one bad entry',
      value: failure === '' ? 0 : 1,
      note: failure,
    });
  },
};

function withOneBadEntry(config: string): string {
  const file = JSON.parse(config) as { readonly services: readonly unknown[] };
  const bad = { name: 'bad', technology: 'tcp', local_port: 70_000, connection: {} };
  return JSON.stringify({ ...file, services: [...file.services, bad] });
}

/** Returns why the services are not all green; empty if they are. */
async function startAgain(world: FaultWorld): Promise<string> {
  try {
    await world.daemon.start();
    await world.untilGreen(world.services, startDeadlineMs);
    return '';
  } catch (error) {
    return String(error);
  }
}

const untilConfigIs = (world: FaultWorld, status: 'broken' | 'loaded'): Promise<void> =>
  eventually(
    `the config is ${status}`,
    () => world.daemon.latest?.config.status === status,
    noticeDeadlineMs,
  );
