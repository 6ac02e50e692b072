/**
 * The program behind build/bench-faults.mjs: `--list` prints the rows, `--load` is the clients' process, `--client` is
 * one separate client. Otherwise it runs one row, `ROW SEED [SECONDS]`, in the namespaces in which it was started.
 */
import { FaultWorld } from './fault-world.ts';
import { clientArgument, runLastingClient } from './lasting-client-program.ts';
import { loadArgument } from './load.ts';
import { runLoad } from './load-program.ts';
import { allRows } from './rows/all-rows.ts';

async function runRow(name: string, seed: number, seconds: number | null): Promise<void> {
  const row = allRows.find((one) => one.name === name);
  if (row === undefined) throw new Error(`no row ${name}`);
  const world = await FaultWorld.create(seed, seconds);
  try {
    await row.run(world);
  } catch (error) {
    console.error(world.daemon.output);
    throw error;
  }
}

const [first = '', second = '', third] = process.argv.slice(2);
if (first === '--list')
  console.log(
    JSON.stringify(allRows.map(({ name, what, watchesSeconds }) => ({ name, what, watchesSeconds }))),
  );
else if (first === loadArgument) runLoad();
else if (first === clientArgument) await runLastingClient(second);
else {
  await runRow(first, Number(second), third === undefined ? null : Number(third));
  // Everything below ends with the namespace.
  process.exit();
}
