import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { LabProcess } from './lab-process.js';
import type { ControlPlanePrograms } from './programs.js';

/** What an API server keeps its objects in. */
export interface LabStore {
  readonly process: LabProcess;
  /** For `--etcd-servers`. */
  readonly address: string;
}

/** Starts kine on a socket, or etcd on free ports, in a folder; what is there already is found again. */
export async function startStore({ kind, path }: ControlPlanePrograms['store'], directory: string, signal: AbortSignal): Promise<LabStore> {
  return kind === 'kine' ? startKine(path, directory, signal) : startEtcd(path, directory, signal);
}

async function startKine(path: string, directory: string, signal: AbortSignal): Promise<LabStore> {
  const socket = join(directory, 'kine.sock');
  // It outlives kine, which is killed on purpose; that it outlives the machine is not needed.
  const database = `${join(directory, 'state.db')}?_journal=WAL&_busy_timeout=30000&_synchronous=OFF`;
  const process = LabProcess.start({
    name: 'kine',
    path,
    args: ['--listen-address', `unix://${socket}`, '--endpoint', `sqlite://${database}`, '--metrics-bind-address', '0'],
    log: join(directory, 'kine.log'),
  });
  await process.until('listening', () => Promise.resolve(existsSync(socket)), { signal });
  return { process, address: `unix://${socket}` };
}

async function startEtcd(path: string, directory: string, signal: AbortSignal): Promise<LabStore> {
  const [client, peer] = [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`];
  const process = LabProcess.start({
    name: 'etcd',
    path,
    args: [
      ...['--data-dir', join(directory, 'etcd'), '--listen-client-urls', client, '--advertise-client-urls', client],
      ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `default=${peer}`, '--unsafe-no-fsync'],
    ],
    log: join(directory, 'etcd.log'),
  });
  await process.until('healthy', async () => (await fetch(`${client}/health`)).ok, { signal });
  return { process, address: client };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
