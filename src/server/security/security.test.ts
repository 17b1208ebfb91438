import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../ports/virtual-clock.js';
import { ShortCache } from '../access/short-cache.js';
import { addressKey, clientAddress } from './addresses.js';
import { hostCheck, hostnameOf, sameOrigin } from './hosts.js';
import { RateLimit } from './rate-limit.js';
import { StreamPlaces } from './stream-places.js';

describe('hosts', () => {
  it.each([
    ['localhost', true], ['LOCALHOST:80', true], ['127.0.0.1:8080', true], ['127.244.0.9', true], ['[::1]:8080', true], ['10.1.2.3:80', true],
    ['serin.example', true], ['serin.example:443', true], ['serin-server.serin-system.svc', true],
    ['evil.example', false], ['localhost.evil.example', false], ['127.0.0.1.evil.example', false], ['serin.example.evil.example', false], ['', false], [undefined, false], ['a@localhost', false], ['localhost:80:80', false], ['[::1', false], ['2130706433', false],
  ])('%s: %s', (host, ours) => {
    expect(hostCheck({ publicUrl: 'https://serin.example', hosts: ['serin-server.serin-system.svc'] })(host)).toBe(ours);
  });

  it('a name is read without its port, or not at all', () => {
    fc.assert(fc.property(fc.string(), (text) => /^[[\]a-z0-9._:-]+$/.test(hostnameOf(text) ?? 'x')));
  });

  it('the origin is that of the Host or of the public URL, whatever stands between', () => {
    const from = (headers: Record<string, string>) => sameOrigin({ host: 'serin.example', ...headers }, 'https://serin.example');
    expect([from({}), from({ origin: 'https://serin.example' }), from({ origin: 'https://serin.example', 'sec-fetch-site': 'same-origin' }), from({ 'sec-fetch-site': 'none' })]).toEqual([true, true, true, true]);
    expect([from({ origin: 'https://serin.example:444' }), from({ origin: 'null' }), from({ origin: '' }), from({ 'sec-fetch-site': 'cross-site' }), from({ origin: 'https://serin.example', 'sec-fetch-site': 'same-site' })]).toEqual([false, false, false, false, false]);
    // A proxy that passes requests on under its own name.
    expect(sameOrigin({ host: '10.0.0.1:8080', origin: 'https://serin.example' }, 'https://serin.example')).toBe(true);
  });
});

describe('addresses', () => {
  it('of a proxy is believed only what it wrote itself, and only where it is trusted', () => {
    expect(clientAddress('::ffff:10.0.0.1', '1.1.1.1', false)).toBe('10.0.0.1');
    expect(clientAddress('10.0.0.1', '6.6.6.6, 1.1.1.1', true)).toBe('1.1.1.1');
    expect(clientAddress('10.0.0.1', 'not an address', true)).toBe('10.0.0.1');
    expect(clientAddress('10.0.0.1', undefined, true)).toBe('10.0.0.1');
  });

  it('one network of IPv6 is one customer', () => {
    expect(addressKey('2001:db8:1:2:aaaa::1')).toBe(addressKey('2001:0db8:1:2:bbbb:c:d:e'));
    expect(addressKey('2001:db8:1:3::1')).not.toBe(addressKey('2001:db8:1:2::1'));
    expect([addressKey('::1'), addressKey('fe80::1%eth0'), addressKey('10.0.0.1')]).toEqual(['0:0:0:0', 'fe80:0:0:0', '10.0.0.1']);
  });
});

describe('limits', () => {
  it('let a burst through, then so many a second, and never more', async () => {
    const clock = new VirtualClock();
    const limit = new RateLimit({ perSecond: 2, burst: 3 }, clock);
    const passed = (): boolean[] => Array.from({ length: 4 }, () => limit.take('a').allowed);
    expect(passed()).toEqual([true, true, true, false]);
    expect(limit.take('a')).toEqual({ allowed: false, waitSeconds: 0.5, refused: 2 });
    expect([limit.take('b').allowed, limit.look('a').allowed]).toEqual([true, false]);
    await clock.advance(500);
    expect([limit.look('a').allowed, limit.take('a').allowed, limit.take('a').allowed]).toEqual([true, true, false]);
    await clock.advance(3_600_000);
    expect(passed()).toEqual([true, true, true, false]);
  });

  it('forget nobody among ten thousand', () => {
    const limit = new RateLimit({ perSecond: 1, burst: 1 }, new VirtualClock());
    for (let i = 0; i < 10_000; i++) limit.take(String(i));
    expect([limit.take('0').allowed, limit.take('9999').allowed]).toEqual([false, false]);
  });

  it('streams have places, which are given back once', () => {
    const places = new StreamPlaces(2);
    const back = places.take('ann');
    places.take('ann');
    expect(() => places.take('ann')).toThrow('ann has 2 streams open, and that is the most: close some pages.');
    places.take('bob');
    back();
    back();
    places.take('ann');
    expect(() => places.take('ann')).toThrow('2 streams');
  });
});

it('an answer is good for a while, asked for once by all who wait, and a failure is not kept', async () => {
  const clock = new VirtualClock();
  const cache = new ShortCache<number>(clock, 2);
  let asked = 0;
  const get = (key = 'a') => cache.get(key, () => 1_000, () => Promise.resolve(++asked));
  expect(await Promise.all([get(), get()])).toEqual([1, 1]);
  await clock.advance(999);
  expect([await get(), cache.has('a')]).toEqual([1, true]);
  await clock.advance(1);
  expect([cache.has('a'), await get()]).toEqual([false, 2]);
  await expect(cache.get('b', () => 1_000, () => Promise.reject(new Error('lost')))).rejects.toThrow('lost');
  expect(await get('b')).toBe(3);
  await get('c');
  expect([cache.has('a'), cache.has('b'), cache.has('c')]).toEqual([false, true, true]);
});
