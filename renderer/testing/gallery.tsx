/** The popover on a fake bridge: `gallery.html?scenario=one-trouble&platform=linux`. */
import { createRoot } from 'react-dom/client';
import { App } from '../app.tsx';
import { createCommands } from '../commands.ts';
import '../styles/popover.css';
import { createFakeBridge, type FakeBridge } from './fake-bridge.ts';
import { scenarios, usualSettings, type Scenario, type ScenarioName } from './scenarios.ts';
import { sampleNow } from './service-samples.ts';

declare global {
  interface Window {
    /** For the spec: the recorded requests, and a way to send events. */
    fakeBridge: FakeBridge;
  }
}

const query = new URLSearchParams(location.search);
const isScenario = (name: string): name is ScenarioName => name in scenarios;
const name = query.get('scenario') ?? 'ordinary';
if (!isScenario(name))
  throw new Error(`no scenario ${name}, there are: ${Object.keys(scenarios).join(', ')}`);
const scenario: Scenario = scenarios[name];

// The pictures show the same times whenever they are taken, but the clock still runs.
const start = Date.now();
const realNow = Date.now.bind(Date);
Date.now = () => sampleNow + realNow() - start;

const platform = query.get('platform') ?? 'linux';
const settings = { ...usualSettings, ...scenario.settings };
const bridge = createFakeBridge({
  snapshot: scenario.snapshot,
  settings,
  platform,
  answers: scenario.answers ?? {},
});
window.fakeBridge = bridge;
document.documentElement.dataset['platform'] = platform;
const root = document.getElementById('root');
if (root === null) throw new Error('gallery.html has no #root');
createRoot(root).render(<App bridge={bridge} commands={createCommands(bridge)} />);
