import { Worker } from 'node:worker_threads';

/** Milliseconds until a system that does not answer counts as one whose ports are free. */
const PATIENCE = 5_000;

/** Plain JavaScript, since it is run as it stands. Says 1 in `free` of each port at which it could listen. */
const PROBE = `
const { createServer } = require('node:net');
const { host, ports, free, ended } = require('node:worker_threads').workerData;
let left = ports.length;
const end = () => {
  left -= 1;
  if (left > 0) return;
  Atomics.store(ended, 0, 1);
  Atomics.notify(ended, 0);
};
ports.forEach((port, place) => {
  const server = createServer();
  server.once('error', end);
  server.listen({ host, port, exclusive: true }, () => {
    free[place] = 1;
    server.close(end);
  });
});
`;

/**
 * Those of these ports at which nobody can listen now. Answers at once, as an address map does: a thread of its own tries
 * them, for a few hundredths of a second.
 */
export function portsInUse(host: string, ports: readonly number[]): number[] {
  if (ports.length === 0) return [];
  const free = new Uint8Array(new SharedArrayBuffer(ports.length));
  const ended = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const worker = new Worker(PROBE, { eval: true, workerData: { host, ports, free, ended } });
  // It ends by itself, before or after this process would.
  worker.unref();
  const outcome = Atomics.wait(ended, 0, 0, PATIENCE);
  return outcome === 'timed-out' ? [] : ports.filter((_, place) => free[place] === 0);
}
