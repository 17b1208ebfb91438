import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loopbackAddresses } from './address-map.js';
import { openAddressMap } from './cluster-addresses.js';
import { reserveClusterIndex } from './cluster-reservation.js';
import { freePort, tryListen, closeServer } from './free-port.js';
import { portAddresses } from './port-addresses.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'serin-addresses-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe('maps', () => {
  it('moves Pods and Services, and nothing else, into 127/8', () => {
    expect(loopbackAddresses.toSocketAddress('10.244.3.7', 80)).toEqual({ host: '127.244.3.7', port: 80 });
    expect(loopbackAddresses.toSocketAddress('10.96.3.7', 80)).toEqual({ host: '127.96.3.7', port: 80 });
    expect(loopbackAddresses.toSocketAddress('10.24.3.7', 80)).toEqual({ host: '10.24.3.7', port: 80 });
  });

  it('gives each port of each address a port of its own, the same for every part', () => {
    const one = portAddresses(join(directory, 'ports'));
    const other = portAddresses(join(directory, 'ports'));
    const seen = new Map<string, number>();
    for (let host = 1; host <= 40; host += 1) {
      for (const port of [80, 15001]) {
        const local = (host % 2 === 0 ? one : other).toSocketAddress(`10.244.0.${host}`, port);
        expect(local.host).toBe('127.0.0.1');
        seen.set(`10.244.0.${host}:${port}`, local.port);
      }
    }
    expect(new Set(seen.values()).size).toBe(80);
    for (const [key, port] of seen) {
      const [address = '', of] = key.split(':');
      expect(one.toSocketAddress(address, Number(of)).port).toBe(port);
      expect(other.toSocketAddress(address, Number(of)).port).toBe(port);
    }
    expect(one.toSocketAddress('192.168.1.1', 80)).toEqual({ host: '192.168.1.1', port: 80 });
  });

  it('gives no two clusters the same port, and ports of a removed cluster again', async () => {
    const registry = join(directory, 'registry');
    const ports = (name: string, count: number): number[] => {
      const map = portAddresses(join(directory, name, 'its ports'), registry);
      return Array.from({ length: count }, (_, n) => map.toSocketAddress('10.244.0.2', n).port);
    };
    for (let name = 0; name < 118; name += 1) ports(`${name}`, 1);
    const [one, two] = [ports('one', 100), ports('two', 100)];
    expect(new Set([...one, ...two]).size).toBe(200);
    expect(() => ports('three', 1)).toThrow('all 12000 local ports are given away; reset a cluster');
    await rm(join(directory, 'one'), { recursive: true });
    expect(ports('three', 100)).toEqual(one);
    expect(() => ports('two', 101)).toThrow('reset a cluster');
  });

  it('decides once and remembers', async () => {
    await openAddressMap(directory);
    expect((await readFile(join(directory, 'addresses'), 'utf8')).trim()).toMatch(/^(loopback|ports)$/);
    await writeFile(join(directory, 'addresses'), 'ports\n');
    const map = await openAddressMap(directory);
    expect(map.toSocketAddress('10.244.0.9', 1).host).toBe('127.0.0.1');
  });
});

describe('reservations', () => {
  it('lets no two clusters meet, and gives a cluster its number again', async () => {
    const first = await reserveClusterIndex(join(directory, 'same'));
    const second = await reserveClusterIndex(join(directory, 'other'));
    expect(second.index).not.toBe(first.index);
    expect(first.podRange).toBe(`10.244.${first.index}.0/24`);
    await expect(reserveClusterIndex(join(directory, 'same'))).rejects.toThrow('in use by another cluster');
    await first.release();
    const again = await reserveClusterIndex(join(directory, 'same'));
    expect(again.index).toBe(first.index);
    await again.release();
    await second.release();
  });
});

describe('free ports', () => {
  it('prefers the one asked for, unless it is taken', async () => {
    const port = await freePort('127.0.0.1');
    expect(await freePort('127.0.0.1', port)).toBe(port);
    const server = await tryListen('127.0.0.1', port);
    expect(await freePort('127.0.0.1', port)).not.toBe(port);
    if (server) await closeServer(server);
    await expect(freePort('192.0.2.1')).rejects.toThrow('no address of this machine');
  });
});
