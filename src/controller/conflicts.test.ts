import { expect, it } from 'vitest';
import type { Informer } from '../cluster/informer.js';
import type { KubernetesObject } from '../kubernetes/objects.js';
import { Conflicts } from './conflicts.js';

const refusals = (conflicts: Conflicts, key: string, count: number, error: Error = new Error('refused')) => Array.from({ length: count }, () => conflicts.refused(key, error));

it('waits longer each time, up to half a minute, and says so once in a row', () => {
  const row = refusals(new Conflicts(() => 1), 'release/a/web-1', 12);
  expect(row.map(({ againAfter }) => againAfter)).toEqual([400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000, 30_000, 30_000, 30_000]);
  expect(row.flatMap(({ tells }, index) => (tells ? [index + 1] : []))).toEqual([6]);
});

it('begins anew after a pass that went through, and counts each key by itself', () => {
  const conflicts = new Conflicts(() => 1);
  refusals(conflicts, 'one', 5);
  expect(refusals(conflicts, 'other', 1)[0]).toEqual({ againAfter: 400, tells: false });
  conflicts.ended('one');
  expect(refusals(conflicts, 'one', 1)[0]).toEqual({ againAfter: 400, tells: false });
});

it('has what was known of the refused object read afresh, once in a row', () => {
  let refreshed = 0;
  const conflicts = new Conflicts(() => 1);
  const error = new Error('refused');
  conflicts.note(error, { refresh: () => refreshed++ } as unknown as Informer<KubernetesObject>);
  refusals(conflicts, 'one', 2, error);
  expect(refreshed).toBe(0);
  refusals(conflicts, 'one', 8, error);
  expect(refreshed).toBe(1);
});
