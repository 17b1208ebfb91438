import { readFileSync } from 'node:fs';

/** Ports one after the other. */
export interface PortRange {
  readonly first: number;
  readonly count: number;
}

/**
 * The ports of 127.0.0.1 that local clusters take of their own accord; no port is in two ranges, so what holds one never
 * meets what holds another. `Plus n`: of the cluster whose number is n. All lie below those that systems give to outgoing
 * connections, so that a port is still free when its part starts again.
 */
export const ownPorts = {
  /** Plus n: where the page of cluster n is served. */
  page: { first: 19_440, count: 256 },
  /** Plus n: held while cluster n is up, where there is one loopback address only. */
  reservations: { first: 19_700, count: 256 },
  /** Plus n. */
  api: { first: 20_000, count: 256 },
  /** Plus n. */
  ingress: { first: 20_256, count: 256 },
  /** For the API, the ingress and the page of clusters whose own port somebody else has. */
  spare: { first: 20_512, count: 88 },
  /** For Pods and Services, where there is one loopback address only. */
  addresses: { first: 20_600, count: 11_400 },
} as const satisfies Record<string, PortRange>;

const LINUX_RANGE = '/proc/sys/net/ipv4/ip_local_port_range';
/** The range of RFC 6335, which macOS and Windows use. */
const DYNAMIC_PORTS: PortRange = { first: 49_152, count: 16_384 };

/** The ports that this system gives to outgoing connections; whoever listens at one may meet such a connection. */
export function portsOfSystem(): PortRange {
  try {
    const [first = 0, last = 0] = readFileSync(LINUX_RANGE, 'utf8').trim().split(/\s+/).map(Number);
    return { first, count: last - first + 1 };
  } catch {
    return DYNAMIC_PORTS;
  }
}

export const overlap = (one: PortRange, other: PortRange): boolean => one.first < other.first + other.count && other.first < one.first + one.count;
