import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SocketAddress } from './proxy/listener.js';

/** Where the gateway can be reached; kept as `gateway.json` in the state directory. */
export interface GatewayAddresses {
  /** By the port that Gateways name, such as `"80"`. */
  readonly ingress: Readonly<Record<string, SocketAddress>>;
  /** Serves the ingress gateway's metrics at `/stats/prometheus`. */
  readonly metrics: SocketAddress;
}

const NAME = 'gateway.json';

/** The local ports of an earlier run, to listen at again, by Gateway port; empty when there are none. */
export async function readIngressPorts(stateDirectory: string): Promise<Map<number, number>> {
  const ports = new Map<number, number>();
  try {
    const content: unknown = JSON.parse(await readFile(join(stateDirectory, NAME), 'utf8'));
    const ingress: unknown = typeof content === 'object' && content !== null && 'ingress' in content ? content.ingress : {};
    for (const [port, at] of Object.entries(ingress ?? {})) {
      const local: unknown = typeof at === 'object' && at !== null && 'port' in at ? at.port : undefined;
      if (typeof local === 'number') ports.set(Number(port), local);
    }
  } catch {
    // No earlier run, or a file that cannot be read: any free port will do.
  }
  return ports;
}

/** Written so that a reader never sees half of it. */
export async function writeAddresses(stateDirectory: string, addresses: GatewayAddresses): Promise<void> {
  await mkdir(stateDirectory, { recursive: true });
  const path = join(stateDirectory, NAME);
  await writeFile(`${path}.new`, `${JSON.stringify(addresses, undefined, 2)}\n`);
  await rename(`${path}.new`, path);
}
