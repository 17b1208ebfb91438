import { appendFileSync, closeSync, existsSync, lstatSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import type { AddressMap } from './address-map.js';

/** Under the ranges from which systems take ports of their own accord (32768 on Linux, 49152 on macOS). */
const FIRST_PORT = 20_000;
const PORTS = 12_000;
const BLOCK = 100;
const STALE_LOCK_MILLISECONDS = 2_000;

/**
 * The blocks of ports that the clusters of this user hold, so that no two give away the same port.
 * @throws Error when somebody else made its folder, who could lead our writes elsewhere
 */
function registryOfUser(): string {
  const { uid } = userInfo();
  const folder = join(tmpdir(), `serin-${uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid: owner } = lstatSync(folder);
  if (uid !== -1 && owner !== uid) throw new Error(`${folder} belongs to another user: have it removed, or set TMPDIR to a folder of your own`);
  return join(folder, 'ports');
}

/**
 * For systems with one loopback address: every port of a Pod or Service address has a port of 127.0.0.1, recorded in a
 * file so that all parts of a cluster agree. Lines of the file: `<address>:<port> <local port>`.
 * @param file made when it is missing; its folder too. When it is removed, its ports are free for other clusters
 * @param registry says which file holds which block of ports; lines `<first port> <file>`
 */
export function portAddresses(file: string, registry = registryOfUser()): AddressMap {
  let known = new Map<string, number>();
  mkdirSync(dirname(file), { recursive: true });
  return {
    toSocketAddress(address, port) {
      if (!/^10\.(244|96)\./.test(address)) return { host: address, port };
      const key = `${address}:${port}`;
      let local = known.get(key);
      if (local === undefined) {
        local = locked(`${file}.lock`, () => {
          known = readPorts(file);
          return known.get(key) ?? locked(`${registry}.lock`, () => record(file, key, known, registry));
        });
        known.set(key, local);
      }
      return { host: '127.0.0.1', port: local };
    },
  };
}

function record(file: string, key: string, known: ReadonlyMap<string, number>, registry: string): number {
  const taken = new Set(known.values());
  const port = ownBlocks(file, registry).flatMap(portsOf).find((each) => !taken.has(each)) ?? claimBlock(file, registry);
  appendFileSync(file, `${key} ${port}\n`);
  return port;
}

function ownBlocks(file: string, registry: string): number[] {
  return readLines(registry).flatMap(([first, holder]) => (holder === file ? [Number(first)] : []));
}

const portsOf = (first: number): number[] => Array.from({ length: BLOCK }, (_, offset) => first + offset);

/** @returns its first port */
function claimBlock(file: string, registry: string): number {
  // The file is there before its line: a line without its file was left behind by a removed cluster.
  appendFileSync(file, '');
  const held = readLines(registry).filter(([, holder]) => existsSync(holder));
  const taken = new Set(held.map(([first]) => Number(first)));
  let offset = (hash(file) % (PORTS / BLOCK)) * BLOCK;
  for (let tries = 0; taken.has(FIRST_PORT + offset); tries += 1) {
    if (tries * BLOCK === PORTS) throw new Error(`${registry}: all ${PORTS} local ports are given away; reset a cluster`);
    offset = (offset + BLOCK) % PORTS;
  }
  writeFileSync(registry, [...held, [`${FIRST_PORT + offset}`, file]].map((line) => `${line.join(' ')}\n`).join(''));
  return FIRST_PORT + offset;
}

function readPorts(file: string): Map<string, number> {
  return new Map(readLines(file).map(([key, port]) => [key, Number(port)]));
}

/** Each line up to its first space, and after it. */
function readLines(file: string): [string, string][] {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
  return text.split('\n').filter(Boolean).map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]);
}

/** Runs `act` while no other process does. The map answers at once, so this waits without yielding, for microseconds. */
function locked<T>(lock: string, act: () => T): T {
  for (;;) {
    try {
      closeSync(openSync(lock, 'wx'));
      break;
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error;
      removeStale(lock);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
  try {
    return act();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** A process that was killed while it held the lock never removes it. */
function removeStale(lock: string): void {
  const made = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
  if (made !== undefined && Date.now() - made > STALE_LOCK_MILLISECONDS) rmSync(lock, { force: true });
}

function hash(text: string): number {
  let value = 2_166_136_261;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 16_777_619) >>> 0;
  return value;
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
