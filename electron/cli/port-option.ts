import type { PortChoice } from '../../shared/control-contract.ts';
import { usageFailure } from './command-failure.ts';

const maxPort = 65_535;

/** `--port`: a number from 1 to 65535, or `auto` for one that is free. */
export function readPort(text: string): PortChoice {
  if (text === 'auto') return text;
  const port = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
  if (Number.isNaN(port)) {
    throw usageFailure(`--port: found ${JSON.stringify(text)}, expected a port number or auto`);
  }
  if (port < 1 || port > maxPort) throw usageFailure(`--port: ${port} is not between 1 and ${maxPort}`);
  return port;
}
