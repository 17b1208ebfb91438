import { expect, test } from 'vitest';
import { someRelease } from '../testing/some-release.js';
import { byNewest, everything, hides } from './release-filter.js';

const release = someRelease('shop/web-7', { policy: 'web' });

test.each([
  ['', false], ['WEB-7', false], ['shop v2', false], ['registry.example.com', false], ['shop nowhere', true], ['web-8', true],
])('search for "%s" hides it: %s', (search, hidden) => {
  expect(hides({ ...everything, search }, release)).toBe(hidden);
});

test('namespace, outcome and waiting for me each hide what does not fit', () => {
  expect(hides({ ...everything, namespace: 'shop' }, release)).toBe(false);
  expect(hides({ ...everything, namespace: 'sho' }, release)).toBe(true);
  expect(hides({ ...everything, outcome: 'aborted' }, release)).toBe(true);
  expect(hides({ ...everything, waitsForMe: true }, release)).toBe(true);
  expect(hides({ ...everything, waitsForMe: true }, { ...release, waitsForMe: true })).toBe(false);
});

test('running ones come first, then the newest; one that has not begun is the newest of all', () => {
  const old = someRelease('shop/old', { startedAt: '2026-01-01T00:00:00Z' });
  const young = someRelease('shop/young', { startedAt: '2026-01-03T00:00:00Z' });
  const ended = someRelease('shop/ended', { startedAt: '2026-01-04T00:00:00Z', outcome: 'completed' });
  const { startedAt: _, ...waiting } = someRelease('shop/waiting');
  expect([ended, old, young, waiting].sort(byNewest).map(({ name }) => name)).toEqual(['waiting', 'young', 'old', 'ended']);
});
