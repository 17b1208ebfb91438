import { closeServer, tryListen } from './free-port.js';
import { overlap, ownPorts, portsOfSystem } from './own-ports.js';

/**
 * A port for one of a cluster's doors: its own while that is free, else a spare one; first those that the system gives to
 * nobody else.
 * @param index the cluster's number
 * @param but a port that is not to be taken
 * @returns undefined where none of them is free
 */
export async function doorPort(host: string, door: 'api' | 'ingress' | 'page', index: number, but = 0, system = portsOfSystem()): Promise<number | undefined> {
  const { spare } = ownPorts;
  const all = [ownPorts[door].first + index, ...Array.from({ length: spare.count }, (_, n) => spare.first + ((index + n) % spare.count))].filter((port) => port !== but);
  const shared = all.filter((port) => overlap({ first: port, count: 1 }, system));
  for (const port of [...all.filter((each) => !shared.includes(each)), ...shared]) {
    const server = await tryListen(host, port);
    if (server === undefined) continue;
    await closeServer(server);
    return port;
  }
  return undefined;
}
