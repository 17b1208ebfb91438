import { expect, it } from 'vitest';
import { VirtualClock } from '../../ports/virtual-clock.js';
import { LINK_LENGTH, Links, makeLinkCode } from './links.js';

it('a code is good once, for ten minutes, and not when anything of it was changed', async () => {
  const clock = new VirtualClock();
  const links = new Links(clock);
  const [code, second, late] = [links.make(), links.make(), links.make()];
  expect(code).not.toBe(second);
  expect([links.use(code), links.use(code)]).toEqual([true, false]);
  const [made = '', nonce = '', seal = ''] = second.split('.');
  for (const forged of ['', 'x', `${Number(made) + 1}.${nonce}.${seal}`, `${made}.${nonce.slice(1)}A.${seal}`, `${made}.${nonce}.${seal.slice(1)}A`, `${second}\n`, new Links(clock).make()]) {
    expect([forged, links.use(forged)]).toEqual([forged, false]);
  }
  expect(links.use(second)).toBe(true);
  await clock.advance(LINK_LENGTH);
  expect(links.use(late)).toBe(false);
});

it('who holds the key makes codes too; after a restart those from before count no more', async () => {
  const clock = new VirtualClock();
  const key = new Uint8Array(32).fill(7);
  const links = new Links(clock, key);
  const [one, two] = [makeLinkCode(key, clock.now()), makeLinkCode(key, clock.now())];
  expect(links.use(one)).toBe(true);
  await clock.advance(1_000);
  const restarted = new Links(clock, key);
  expect([restarted.use(one), restarted.use(two), restarted.use(makeLinkCode(key, clock.now() + 60_000)), restarted.use(makeLinkCode(key, clock.now()))]).toEqual([false, false, false, true]);
});
