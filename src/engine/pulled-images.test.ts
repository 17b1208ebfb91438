import { expect, it } from 'vitest';
import type { PulledImage } from '../model/pulled-image.js';
import { approvalOf, BEGINNING, type Approved } from './approving.js';
import type { ApprovalObservation } from './observation.js';
import { isPushedAgain, meantBy, pulledImages } from './pulled-images.js';

const [a, b, c] = ['a', 'b', 'c'].map((each) => `sha256:${each.repeat(64)}`) as [string, string, string];
const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
const time = (minute: number): number => Date.parse(at(minute));
const web = (digest: string, minute?: number): PulledImage => ({ container: 'web', digest, ...(minute === undefined ? {} : { since: at(minute) }) });

it('keeps the first digest of a container for good, and others while Pods run them without a break', () => {
  const first = pulledImages([], [web(a)], at(1));
  expect(first).toEqual([web(a, 1)]);
  const both = pulledImages(first, [web(a), web(b)], at(2));
  expect(both).toEqual([web(a, 1), web(b, 2)]);
  const second = pulledImages(both, [web(b)], at(3));
  expect(second).toEqual([web(a), web(b, 2)]);
  // What comes back is as new as it looks, and what is gone is forgotten.
  expect(pulledImages(second, [web(a), web(c)], at(4))).toEqual([web(a, 4), web(c, 4)]);
  expect(pulledImages(second, [], at(4))).toEqual([web(a)]);
});

it('stays small, and drops the first of no container before others', () => {
  const many = Array.from({ length: 40 }, (_, index) => ({ container: `c${index % 4}`, digest: `sha256:${String(index).padStart(64, '0')}` }));
  const kept = pulledImages([], many, at(1));
  expect(kept).toHaveLength(16);
  expect(new Set(kept.slice(0, 4).map(({ container }) => container)).size).toBe(4);
});

it('tells an image that was pushed again from one of another container', () => {
  expect(isPushedAgain([web(a)], [web(a), { container: 'proxy', digest: b }])).toBe(false);
  expect(isPushedAgain([web(a)], [web(b)])).toBe(true);
});

it('takes a word that names no digest for one to what ran before it was said', () => {
  const pulled = [web(a, 1), web(b, 5)];
  expect([meantBy(undefined, 'web', pulled), meantBy(time(0), 'web', pulled), meantBy(time(3), 'web', pulled), meantBy(time(5), 'web', pulled)]).toEqual([[a], [a], [a], [a, b]]);
  // Only the second ran when it was said; the first came back later.
  expect(meantBy(time(6), 'web', [web(a, 7), web(b, 5)])).toEqual([b]);
});

it('counts words as far as they are about everything that runs', () => {
  const wanted = { approvals: 1, users: [], groups: [] };
  const said = (step: number, minute: number, images?: string[]): ApprovalObservation => ({ user: 'ana', groups: [], step, approved: true, comment: '', at: time(minute), ...(images ? { seen: { plan: 'p', images } } : {}) });
  const counts = (word: ApprovalObservation, known: Approved): boolean => approvalOf([word], wanted, word.step, { plan: 'p', ...known }).given.length > 0;
  const mixed: Approved = { images: [web(a), web(b)], pulled: [web(a, 1), web(b, 5)] };
  expect([counts(said(1, 3), mixed), counts(said(1, 6), mixed), counts(said(1, 3, []), mixed), counts(said(1, 6, [a]), mixed), counts(said(1, 0, [a, b]), mixed)]).toEqual([false, true, false, false, true]);
  // Before it begins only the pinned image of one container is known; the other container is whatever it runs first.
  const proxy = (digest: string) => ({ container: 'proxy', digest });
  const pinned = (images: readonly string[]): Approved => ({ images: [web(a), ...images.map(proxy)], pulled: [web(a, 1), { ...proxy(b), since: at(1) }, { ...proxy(c), since: at(2) }] });
  expect([counts(said(BEGINNING, 0, [a]), pinned([b])), counts(said(BEGINNING, 0, [a]), pinned([b, c]))]).toEqual([true, false]);
});
