import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loopbackAddresses } from './address-map.js';
import { openAddressMap } from './cluster-addresses.js';
import { reserveClusterIndex, type ClusterReservation } from './cluster-reservation.js';
import { doorPort } from './door-port.js';
import { freePort, tryListen, closeServer } from './free-port.js';
import { locked } from './lock-file.js';
import { overlap, ownPorts, portsOfSystem, type PortRange } from './own-ports.js';
import { portAddresses } from './port-addresses.js';
import { Registry } from './registry.js';

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
    const registry = new Registry(join(directory, 'registry'));
    const ports = (name: string, count: number): number[] => {
      const map = portAddresses(join(directory, name, 'its ports'), { registry, inUse: () => [] });
      return Array.from({ length: count }, (_, n) => map.toSocketAddress('10.244.0.2', n).port);
    };
    for (let name = 0; name < 112; name += 1) ports(`${name}`, 1);
    const [one, two] = [ports('one', 100), ports('two', 100)];
    expect(new Set([...one, ...two]).size).toBe(200);
    expect(() => ports('three', 1)).toThrow('all 11400 local ports are given away; reset a cluster');
    await rm(join(directory, 'one'), { recursive: true });
    expect(ports('three', 100)).toEqual(one);
    expect(() => ports('two', 101)).toThrow('reset a cluster');
  });

  it('gives no port at which somebody else listens, and that to every part', async () => {
    const registry = new Registry(join(directory, 'registry'));
    const file = join(directory, 'ports');
    const first = portAddresses(file, { registry }).toSocketAddress('10.244.0.2', 80).port;
    await rm(file);
    const others = await Promise.all([first, first + 1, first + 3].map((port) => tryListen('127.0.0.1', port)));
    const [one, other] = [portAddresses(file, { registry }), portAddresses(file, { registry })];
    expect([one.toSocketAddress('10.244.0.2', 80).port, other.toSocketAddress('10.244.0.2', 81).port, other.toSocketAddress('10.244.0.2', 80).port]).toEqual([first + 2, first + 4, first + 2]);
    for (const server of others) if (server) await closeServer(server);
  });

  it('takes a block of ports of which the system gives none to outgoing connections, and such a one where no other is left', () => {
    const registry = new Registry(join(directory, 'registry'));
    const all = ownPorts.addresses;
    const portOf = (name: string, system: PortRange): number => portAddresses(join(directory, name), { registry, system, inUse: () => [] }).toSocketAddress('10.244.0.2', 80).port;
    const last = all.first + all.count - 100;
    for (let name = 0; name < 3; name += 1) expect(portOf(`${name}`, { first: all.first, count: all.count - 300 })).toBeGreaterThanOrEqual(last - 200);
    expect(portOf('more', { first: all.first, count: all.count - 300 })).toBeLessThan(last - 200);
    expect(portOf('all', { first: 1024, count: 64_000 })).toBeGreaterThanOrEqual(all.first);
  });

  it('takes the lock of a process that is gone, and waits for one that is slow', async () => {
    const lock = join(directory, 'lock');
    const old = new Date(Date.now() - 10_000);
    const heldBy = async (pid: number): Promise<void> => {
      await writeFile(lock, `${pid}`);
      await utimes(lock, old, old);
    };
    const gone = spawnSync('true').pid;
    await heldBy(gone);
    expect(locked(lock, () => readFileSync(lock, 'utf8'))).toBe(`${process.pid}`);
    const done = join(directory, 'done');
    const slow = spawn('sh', ['-c', 'until [ -s "$0" ]; do sleep 0.02; done; sleep 0.2; echo > "$1"; rm "$0"', lock, done]);
    const ended = once(slow, 'exit');
    await heldBy(slow.pid ?? 0);
    locked(lock, () => expect(existsSync(done)).toBe(true));
    await ended;
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
    const registry = new Registry(join(directory, 'clusters'));
    const reserve = (name: string): Promise<ClusterReservation> => reserveClusterIndex(join(directory, name), registry);
    const first = await reserve('same');
    const second = await reserve('other');
    expect(second.index).not.toBe(first.index);
    expect(first.podRange).toBe(`10.244.${first.index}.0/24`);
    await expect(reserve('same')).rejects.toThrow('in use by another cluster');
    await first.release();
    const again = await reserve('same');
    expect(again.index).toBe(first.index);
    await again.release();
    await second.release();
  });

  it('gives the number of a cluster that is down to no other, until it is removed', async () => {
    const registry = new Registry(join(directory, 'clusters'));
    const take = async (name: string): Promise<number> => {
      const { index, release } = await reserveClusterIndex(join(directory, name), registry);
      await release();
      return index;
    };
    // Names whose search begins at one and the same number.
    const down = await take('Aa');
    const other = await take('BB');
    expect(other).not.toBe(down);
    await rm(join(directory, 'Aa'), { recursive: true });
    await rm(join(directory, 'BB'), { recursive: true });
    expect(await take('BB')).toBe(down);
  });
});

describe('ports of 127.0.0.1', () => {
  it('are for one thing each, below those of outgoing connections', () => {
    const ranges = Object.values(ownPorts);
    for (const one of ranges) for (const other of ranges) expect(one !== other && overlap(one, other), JSON.stringify([one, other])).toBe(false);
    for (const { first, count } of ranges) expect(first + count).toBeLessThanOrEqual(32_768);
    expect(portsOfSystem().count).toBeGreaterThan(0);
  });

  it('let a cluster have its own door, and a spare one where somebody has it or the system may give it away', async () => {
    // An address where nobody else looks.
    const [host, index] = ['127.81.7.3', 9];
    const none = { first: 40_000, count: 1 };
    const own = await doorPort(host, 'api', index, 0, none);
    expect(own).toBe(ownPorts.api.first + index);
    expect(await doorPort(host, 'ingress', index, 0, none)).toBe(ownPorts.ingress.first + index);
    const server = await tryListen(host, own ?? 0);
    const spare = await doorPort(host, 'api', index, 0, none);
    expect(spare).toBe(ownPorts.spare.first + index);
    expect(await doorPort(host, 'ingress', index, spare, { first: ownPorts.ingress.first, count: 256 })).toBe((spare ?? 0) + 1);
    expect(await doorPort(host, 'ingress', index, 0, { first: 1024, count: 64_000 })).toBe(ownPorts.ingress.first + index);
    if (server) await closeServer(server);
  });

  it('are free where an address is ours', async () => {
    const server = await tryListen('127.0.0.1', await freePort('127.0.0.1'));
    expect(server).toBeDefined();
    if (server) await closeServer(server);
    await expect(freePort('192.0.2.1')).rejects.toThrow('no address of this machine');
  });
});
