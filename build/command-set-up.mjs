// What the command of a checkout needs: node_modules and dist/. Neither Electron nor a display.
import './setup/node-version.mjs';
import { ensureDependencies } from './setup/dependencies.mjs';
import { runMain, withProgress } from './setup/report.mjs';

await runMain(async () => {
  await ensureDependencies();
  // Needs esbuild, which is installed only now.
  const { bundle } = await import('./bundle.mjs');
  await withProgress('building the command', bundle);
  return 0;
});
