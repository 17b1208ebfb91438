import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { isRecord } from '../../../src/kubernetes/json.js';
import { LabProcess } from './lab-process.js';

/** What an API server keeps its objects in. */
export interface LabStore {
  readonly process: LabProcess;
  /** For `--etcd-servers`. */
  readonly address: string;
  /** Forgets every revision but the present one: who asks for an older one hears that it is gone. @throws Error where etcd refuses */
  compact(): Promise<void>;
}

/** Starts etcd on a socket in a folder; what is there already is found again. @param path of the program */
export async function startStore(path: string, directory: string, signal: AbortSignal): Promise<LabStore> {
  const socket = join(directory, 'etcd.sock');
  await rm(socket, { force: true });
  const process = LabProcess.start({
    name: 'etcd',
    path,
    args: [
      // It outlives etcd, which is killed on purpose; that it outlives the machine is not needed.
      ...['--data-dir', join(directory, 'etcd'), '--unsafe-no-fsync', '--log-level', 'warn'],
      // There are no peers, and nobody is told where it is: what it advertises only has to look like an address.
      ...['--listen-client-urls', `unix://${socket}`, '--advertise-client-urls', 'http://localhost:2379', '--listen-peer-urls', `unix://${join(directory, 'etcd-peers.sock')}`],
    ],
    log: join(directory, 'etcd.log'),
  });
  // As on any cluster that is not a second old: whoever asks from version 1 on hears that it is gone.
  const begun = (): Promise<unknown> => askGateway(socket, '/v3/kv/put', { key: Buffer.from('/begun').toString('base64') });
  await process.until('serving', async () => existsSync(socket) && (await begun()) !== undefined, { signal });
  return { process, address: `unix://${socket}`, compact: () => compact(socket) };
}

async function compact(socket: string): Promise<void> {
  const status = await askGateway(socket, '/v3/maintenance/status', {});
  const header = isRecord(status) && isRecord(status['header']) ? status['header'] : {};
  await askGateway(socket, '/v3/kv/compaction', { revision: header['revision'], physical: true });
}

/** Asks by etcd's gateway to its gRPC API, etcd.io/docs/v3.6/dev-guide/api_grpc_gateway. */
async function askGateway(socketPath: string, path: string, body: object): Promise<unknown> {
  const dispatcher = new Agent({ connect: { socketPath } });
  try {
    const answer = await request(`http://etcd${path}`, { method: 'POST', body: JSON.stringify(body), dispatcher });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`etcd answers ${path} with ${answer.statusCode}: ${text}`);
    return JSON.parse(text);
  } finally {
    await dispatcher.close();
  }
}
