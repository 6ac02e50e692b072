/**
 * The program behind build/bench-faults.mjs: `--list` prints the rows, `--load` is the clients' process, and otherwise
 * one row is run, `ROW SEED`, in the namespaces that it was started in.
 */
import { FaultWorld } from './fault-world.ts';
import { loadArgument } from './load.ts';
import { runLoad } from './load-program.ts';
import { allRows } from './rows/all-rows.ts';

async function runRow(name: string, seed: number): Promise<void> {
  const row = allRows.find((one) => one.name === name);
  if (row === undefined) throw new Error(`no row ${name}`);
  const world = await FaultWorld.create(seed);
  try {
    await row.run(world);
  } catch (error) {
    console.error(world.daemon.output);
    throw error;
  }
}

const [first = '', second = ''] = process.argv.slice(2);
if (first === '--list') console.log(JSON.stringify(allRows.map(({ name, what }) => ({ name, what }))));
else if (first === loadArgument) runLoad();
else {
  await runRow(first, Number(second));
  // What runs below ends with the namespace.
  process.exit();
}
