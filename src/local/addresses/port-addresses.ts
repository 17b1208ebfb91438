import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { AddressMap } from './address-map.js';
import { locked } from './lock-file.js';
import { overlap, ownPorts, portsOfSystem, type PortRange } from './own-ports.js';
import { portsInUse } from './ports-in-use.js';
import { readLines, Registry } from './registry.js';

const HOST = '127.0.0.1';
const BLOCK = 100;
/** Stands in the place of an address before a port that somebody else had. */
const SOMEBODY = '-';

export interface PortAddressesOptions {
  /** Says which file holds which block of ports. */
  readonly registry?: Registry;
  /** Those that the system gives to outgoing connections: taken last. */
  readonly system?: PortRange;
  /** @returns those at which nobody can listen now */
  readonly inUse?: (host: string, ports: readonly number[]) => readonly number[];
}

/**
 * For systems with one loopback address: every port of a Pod or Service address has a port of 127.0.0.1, recorded in a
 * file so that all parts of a cluster agree. Lines of the file: `<address>:<port> <local port>`.
 * @param file made when it is missing; its folder too. When it is removed, its ports are free for other clusters
 */
export function portAddresses(file: string, options: PortAddressesOptions = {}): AddressMap {
  const { registry = Registry.ofUser('ports'), system = portsOfSystem(), inUse = portsInUse } = options;
  let known = new Map<string, number>();
  mkdirSync(dirname(file), { recursive: true });
  const recorded = (key: string): number | undefined =>
    locked(`${file}.lock`, () => {
      const lines = readPorts(file);
      known = new Map(lines);
      const port = known.get(key) ?? freePortOf(lines, registry.heldBy(file));
      if (port !== undefined && !known.has(key)) appendFileSync(file, `${key} ${port}\n`);
      return port;
    });
  return {
    toSocketAddress(address, port) {
      if (!/^10\.(244|96)\./.test(address)) return { host: address, port };
      const key = `${address}:${port}`;
      let local = known.get(key) ?? recorded(key);
      while (local === undefined) {
        claimBlock(file, registry, system, inUse);
        local = recorded(key);
      }
      known.set(key, local);
      return { host: HOST, port: local };
    },
  };
}

function freePortOf(lines: readonly [string, number][], blocks: readonly number[]): number | undefined {
  const taken = new Set(lines.map(([, port]) => port));
  return blocks.flatMap(portsOf).find((each) => !taken.has(each));
}

const portsOf = (first: number): number[] => Array.from({ length: BLOCK }, (_, offset) => first + offset);

/** Takes a block, and puts those of its ports on record that somebody else has. No lock is held while ports are tried. */
function claimBlock(file: string, registry: Registry, system: PortRange, inUse: NonNullable<PortAddressesOptions['inUse']>): void {
  const held = registry.held();
  const first = candidates(file, system).find((each) => !held.has(each));
  if (first === undefined) throw new Error(`${registry.file}: all ${ownPorts.addresses.count} local ports are given away; reset a cluster`);
  const others = inUse(HOST, portsOf(first));
  // Before the block is ours: another process of this cluster may take ports of it at once.
  locked(`${file}.lock`, () => appendFileSync(file, others.map((port) => `${SOMEBODY} ${port}\n`).join('')));
  registry.claim(file, [first]);
}

/** The first ports of all blocks, beginning at one that other clusters hardly begin at. */
function candidates(file: string, system: PortRange): number[] {
  const { first, count } = ownPorts.addresses;
  const blocks = count / BLOCK;
  const all = Array.from({ length: blocks }, (_, n) => first + ((hash(file) + n) % blocks) * BLOCK);
  const shared = all.filter((each) => overlap({ first: each, count: BLOCK }, system));
  return [...all.filter((each) => !shared.includes(each)), ...shared];
}

const readPorts = (file: string): [string, number][] => readLines(file).map(([key, port]) => [key, Number(port)]);

function hash(text: string): number {
  let value = 2_166_136_261;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 16_777_619) >>> 0;
  return value;
}
