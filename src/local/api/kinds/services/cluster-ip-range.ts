/** A range of IPv4 addresses that cluster IPs come from. */
export interface ClusterIpRange {
  /** `10.96.0.0/16` */
  readonly text: string;
  contains(address: string): boolean;
  /** A free address; undefined when none is left. @param seed spreads the choice: equal seeds start at equal places */
  choose(taken: ReadonlySet<string>, seed: string): string | undefined;
}

/** @throws Error when the text is no IPv4 range with room for at least one Service */
export function clusterIpRange(text: string): ClusterIpRange {
  const match = /^(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(text);
  const base = match?.[1] === undefined ? undefined : toNumber(match[1]);
  const bits = Number(match?.[2]);
  if (base === undefined || !(bits >= 8 && bits <= 30)) {
    throw new Error(`Service range "${text}" is not an IPv4 range; give one such as 10.96.0.0/16 (prefix length 8 to 30)`);
  }
  const size = 2 ** (32 - bits);
  const first = base - (base % size);
  // The first address is the network, the next few are kept for well-known Services, the last is the broadcast address.
  const reserved = Math.min(16, size / 4);
  const room = size - reserved - 1;
  return {
    text,
    contains(address) {
      const number = toNumber(address);
      return number !== undefined && number > first && number < first + size - 1;
    },
    choose(taken, seed) {
      const start = spread(seed) % room;
      for (let step = 0; step < room; step += 1) {
        const address = toText(first + reserved + ((start + step) % room));
        if (!taken.has(address)) return address;
      }
      return undefined;
    },
  };
}

/** A number that texts are spread by (FNV-1a, 32 bits). */
export function spread(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return hash;
}

function toNumber(address: string): number | undefined {
  const parts = address.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

function toText(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
