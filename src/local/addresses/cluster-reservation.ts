import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Server } from 'node:net';
import { hasLoopbackRange } from './cluster-addresses.js';
import { closeServer, tryListen } from './free-port.js';
import { ownPorts } from './own-ports.js';
import { Registry } from './registry.js';

const CLUSTERS = 256;
/** Held at 127.244.n.1 while cluster n is up. */
const RESERVATION_PORT = 15_999;
const INDEX_FILE = 'cluster-index';

/** Ranges of addresses that no other cluster on this machine uses while this one is up, and none of this user's ever. */
export interface ClusterReservation {
  readonly index: number;
  /** `10.244.<index>.0/24` */
  readonly podRange: string;
  /** `10.96.<index>.0/24` */
  readonly serviceRange: string;
  release(): Promise<void>;
}

/**
 * Takes a number for the cluster that lives in this directory and holds it by a listening socket, which nothing that
 * ends a process can leave behind. A cluster keeps its number, because its stored objects hold addresses; so a new one
 * takes a number of a cluster of this user that is down only where no other is left.
 * @param registry says which clusters there are, up or down
 * @throws Error when another cluster holds its number, or all 256 are held
 */
export async function reserveClusterIndex(stateDirectory: string, registry = Registry.ofUser('clusters')): Promise<ClusterReservation> {
  const file = join(stateDirectory, INDEX_FILE);
  const recorded = await clusterIndex(stateDirectory);
  const loopback = await hasLoopbackRange();
  if (recorded !== undefined) {
    const server = await hold(recorded, loopback);
    if (server === undefined) {
      throw new Error(`the addresses 10.244.${recorded}.0/24 of the cluster in ${stateDirectory} are in use by another cluster: stop that one, or reset this one`);
    }
    register(registry, file, recorded);
    return reservation(recorded, server);
  }
  const all = Array.from({ length: CLUSTERS }, (_, step) => (spread(stateDirectory) + step) % CLUSTERS);
  const ofOthers = registry.held();
  for (const index of [...all.filter((each) => !ofOthers.has(each)), ...all.filter((each) => ofOthers.has(each))]) {
    const server = await hold(index, loopback);
    if (server === undefined) continue;
    await mkdir(stateDirectory, { recursive: true });
    await writeFile(file, `${index}\n`);
    register(registry, file, index);
    return reservation(index, server);
  }
  throw new Error(`all ${CLUSTERS} address ranges 10.244.n.0/24 are in use: stop a cluster`);
}

function register(registry: Registry, file: string, index: number): void {
  if (!registry.heldBy(file).includes(index)) registry.claim(file, [index]);
}

function reservation(index: number, server: Server): ClusterReservation {
  server.unref();
  return {
    index,
    podRange: `10.244.${index}.0/24`,
    serviceRange: `10.96.${index}.0/24`,
    release: () => closeServer(server),
  };
}

const hold = (index: number, loopback: boolean): Promise<Server | undefined> =>
  loopback ? tryListen(`127.244.${index}.1`, RESERVATION_PORT) : tryListen('127.0.0.1', ownPorts.reservations.first + index);

/** The number of the cluster that lives in this directory; undefined before its first start. */
export async function clusterIndex(stateDirectory: string): Promise<number | undefined> {
  try {
    const index = Number((await readFile(join(stateDirectory, INDEX_FILE), 'utf8')).trim());
    return Number.isInteger(index) && index >= 0 && index < CLUSTERS ? index : undefined;
  } catch {
    return undefined;
  }
}

/** Clusters of other users that are down are not known, so new ones start looking at different numbers. */
function spread(text: string): number {
  let value = 0;
  for (const character of text) value = (value * 31 + (character.codePointAt(0) ?? 0)) % 65_521;
  return value % CLUSTERS;
}
