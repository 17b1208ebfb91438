import { expect, it } from 'vitest';
import { coversService, isHalfQualified, meansService } from './host.js';

const reviews = { name: 'reviews', namespace: 'shop' };

it.each([
  ['reviews', 'shop', true],
  ['reviews', 'other', false],
  ['reviews.shop', 'other', true],
  ['reviews.shop.svc', 'other', true],
  ['reviews.shop.svc.cluster.local', 'other', true],
  ['reviews.shop.svc.cluster.local.', 'other', true],
  ['reviews.shop.svc.corp.example', 'other', true],
  ['Reviews.shop', 'other', true],
  ['reviews.other.svc.cluster.local', 'shop', false],
  ['reviews.shop.example.com', 'shop', false],
  ['reviews-v2', 'shop', false],
])('%s in namespace %s: %s', (host, namespace, expected) => {
  expect(meansService(host, namespace, reviews)).toBe(expected);
});

it('knows which names Istio leaves as they are, and what wildcards cover', () => {
  expect(['reviews', 'reviews.shop', 'reviews.shop.svc', 'reviews.shop.svc.cluster.local'].map(isHalfQualified)).toEqual([false, true, true, false]);
  expect(['*', '*.local', '*.shop.svc.cluster.local', '*.other.svc.cluster.local'].map((host) => coversService(host, reviews))).toEqual([true, true, true, false]);
});
