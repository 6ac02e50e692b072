import { createRoot } from 'react-dom/client';
import type { ExposedBridge } from '../shared/ipc-contract.ts';
import { App } from './app.tsx';
import { bridgeOf } from './bridge.ts';
import { createCommands } from './commands.ts';
import './styles/popover.css';

declare global {
  interface Window {
    readonly localport: ExposedBridge;
  }
}

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
const bridge = bridgeOf(window.localport);
document.documentElement.dataset['platform'] = bridge.platform;
createRoot(root).render(<App bridge={bridge} commands={createCommands(bridge)} />);
