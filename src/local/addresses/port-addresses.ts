import { appendFileSync, closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { AddressMap } from './address-map.js';

/** Under the ranges from which systems take ports of their own accord (32768 on Linux, 49152 on macOS). */
const FIRST_PORT = 20_000;
const PORTS = 12_000;
const STALE_LOCK_MILLISECONDS = 2_000;

/**
 * For systems with one loopback address: every port of a Pod or Service address has a port of 127.0.0.1, recorded in a
 * file so that all parts of a cluster agree. Lines of the file: `<address>:<port> <local port>`.
 * @param file made when it is missing; its folder too
 */
export function portAddresses(file: string): AddressMap {
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
          return known.get(key) ?? record(file, key, known);
        });
        known.set(key, local);
      }
      return { host: '127.0.0.1', port: local };
    },
  };
}

function record(file: string, key: string, known: ReadonlyMap<string, number>): number {
  const taken = new Set(known.values());
  let offset = hash(`${file} ${key}`) % PORTS;
  for (let tries = 0; taken.has(FIRST_PORT + offset); tries += 1) {
    if (tries === PORTS) throw new Error(`${file}: all ${PORTS} local ports are given away; reset the cluster`);
    offset = (offset + 1) % PORTS;
  }
  appendFileSync(file, `${key} ${FIRST_PORT + offset}\n`);
  return FIRST_PORT + offset;
}

function readPorts(file: string): Map<string, number> {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
  const entries = text.split('\n').flatMap((line): [string, number][] => {
    const [key, port] = line.split(' ');
    return key === undefined || port === undefined ? [] : [[key, Number(port)]];
  });
  return new Map(entries);
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
