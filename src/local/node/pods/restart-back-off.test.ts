import { expect, it } from 'vitest';
import { PodAddressPool } from './pod-address-pool.js';
import { KUBERNETES_BACK_OFF, RestartBackOff } from './restart-back-off.js';

it('restarts at once, then after 10 s, 20 s, … 5 min, and forgets after 10 good minutes', () => {
  const backOff = new RestartBackOff(KUBERNETES_BACK_OFF);
  let now = 1_000_000;
  const waited: number[] = [];
  for (let crash = 0; crash < 8; crash += 1) {
    const remaining = backOff.remaining(now, now);
    waited.push(remaining / 1000);
    now += remaining;
    backOff.restarted(now);
  }
  expect(waited).toEqual([0, 10, 20, 40, 80, 160, 300, 300]);
  expect(backOff.remaining(now + 100_000, now + 150_000)).toBe(250_000);
  now += 600_001;
  expect(backOff.remaining(now, now)).toBe(0);
});

it('gives addresses out as late as possible again, and keeps what a Pod had', () => {
  const pool = new PodAddressPool('10.244.7.0/24');
  expect(pool.node).toBe('10.244.7.1');
  expect(pool.take('a')).toBe('10.244.7.2');
  expect(pool.take('a')).toBe('10.244.7.2');
  pool.release('a');
  expect(pool.take('b')).toBe('10.244.7.3');
  expect(pool.take('c', '10.244.7.2')).toBe('10.244.7.2');
  expect(pool.take('d', '10.244.7.2')).toBe('10.244.7.4');
  expect(pool.take('e', '10.244.9.9')).toBe('10.244.7.5');
  for (let more = 0; more < 249; more += 1) pool.take(`more-${more}`);
  expect(() => pool.take('last')).toThrow('all addresses of 10.244.7.0/24 are in use');
  pool.release('c');
  expect(pool.take('last')).toBe('10.244.7.2');
  for (const range of ['127.244.0.0/24', '10.244.0.0/16', '10.244.0.1/24', 'x']) expect(() => new PodAddressPool(range)).toThrow('must be a /24');
});
