import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loopbackAddresses, type AddressMap } from './address-map.js';
import { closeServer, tryListen } from './free-port.js';
import { portAddresses } from './port-addresses.js';

/** Records the decision of `openAddressMap`, and in `address-ports` what it led to. */
const DECISION_FILE = 'addresses';
const PORTS_FILE = 'address-ports';

/**
 * The map for a cluster on this machine: loopback addresses where the whole of 127/8 is ours, else ports of 127.0.0.1.
 * Decided once per cluster by a probe and recorded; every part of a cluster gives the same directory.
 */
export async function openAddressMap(directory: string): Promise<AddressMap> {
  const file = join(directory, DECISION_FILE);
  if (!existsSync(file)) {
    await mkdir(directory, { recursive: true });
    await writeFile(file, `${(await hasLoopbackRange()) ? 'loopback' : 'ports'}\n`);
  }
  const decision = (await readFile(file, 'utf8')).trim();
  if (decision === 'loopback') return loopbackAddresses;
  if (decision === 'ports') return portAddresses(join(directory, PORTS_FILE));
  throw new Error(`${file} holds "${decision}", not loopback or ports; delete the file`);
}

/** Whether all of 127/8 is ours without setting it up: so on Linux, not on macOS. */
export async function hasLoopbackRange(): Promise<boolean> {
  const server = await tryListen('127.244.0.1', 0);
  if (server !== undefined) await closeServer(server);
  return server !== undefined;
}
