// Loaded into the daemon ahead of its own code. Whoever connects to the socket gets the longest stall of the event loop, in ms,
// since the one before asked.
const { monitorEventLoopDelay } = require('node:perf_hooks');
const net = require('node:net');
const { isMainThread } = require('node:worker_threads');

const resolutionMs = 2;

if (isMainThread && process.env.LOCALPORT_STALL_SOCKET !== undefined) {
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  delays.enable();
  const server = net.createServer((client) => {
    client.on('error', () => undefined);
    client.end(String(delays.max / 1e6 - resolutionMs));
    delays.reset();
  });
  server.listen(process.env.LOCALPORT_STALL_SOCKET);
  server.unref();
  // What it starts is not the daemon.
  delete process.env.LOCALPORT_STALL_SOCKET;
  delete process.env.NODE_OPTIONS;
}
