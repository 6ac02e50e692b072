import { createRoot } from 'react-dom/client';
import type { PopoverBridge } from '../shared/ipc-contract.ts';
import { App } from './app.tsx';
import { createCommands } from './commands.ts';
import './styles/popover.css';

declare global {
  interface Window {
    readonly localport: PopoverBridge;
  }
}

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
const bridge = window.localport;
document.documentElement.dataset['platform'] = bridge.platform;
createRoot(root).render(<App bridge={bridge} commands={createCommands(bridge)} />);
