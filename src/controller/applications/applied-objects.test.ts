import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../kubernetes/objects.js';
import { AppliedObjects, holds } from './applied-objects.js';

const owner = 'default/shop';
const wanted = (port: number): KubernetesObject => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { ports: [{ port }] } }) as KubernetesObject;
const found = (port: number, version: string, uid = 'a'): KubernetesObject =>
  ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', uid, resourceVersion: version }, spec: { clusterIP: '10.96.0.1', ports: [{ port, protocol: 'TCP' }] } }) as KubernetesObject;

describe('what was applied', () => {
  it('is not applied again while nothing changes', () => {
    const applied = new AppliedObjects();
    expect(applied.isDue(owner, wanted(80), found(80, '1'), true)).toBe(true);
    applied.note(owner, wanted(80), found(80, '2'));
    expect(applied.isDue(owner, wanted(80), found(80, '2'), true)).toBe(false);
  });

  it('is applied when something else is wanted, when it is gone, and when somebody changed it', () => {
    const applied = new AppliedObjects();
    applied.note(owner, wanted(80), found(80, '2'));
    expect(applied.isDue(owner, wanted(81), found(80, '2'), true)).toBe(true);
    expect(applied.isDue(owner, wanted(80), undefined, true)).toBe(true);
    expect(applied.isDue(owner, wanted(80), found(80, '3', 'b'), true)).toBe(true);
    expect(applied.isDue(owner, wanted(80), found(90, '3'), true)).toBe(true);
  });

  it('leaves what others add, and what cannot be seen', () => {
    const applied = new AppliedObjects();
    applied.note(owner, wanted(80), found(80, '2'));
    expect(applied.isDue(owner, wanted(80), found(80, '3'), true)).toBe(false);
    expect(applied.isDue(owner, wanted(80), undefined, false)).toBe(false);
  });

  it('is forgotten with its Application alone', () => {
    const applied = new AppliedObjects();
    applied.note(owner, wanted(80), found(80, '2'));
    applied.note('default/other', wanted(80), found(80, '2'));
    applied.forget(owner);
    expect([owner, 'default/other'].map((key) => applied.isDue(key, wanted(80), found(80, '2'), true))).toEqual([true, false]);
  });
});

it('holds what it has at least, and lists of the same length', () => {
  expect(holds({ a: 1, b: [{ c: 1, d: 2 }] }, { b: [{ c: 1 }] })).toBe(true);
  expect(holds({ b: [{ c: 1 }, { c: 2 }] }, { b: [{ c: 1 }] })).toBe(false);
  expect(holds({ a: 1 }, { a: 1, b: undefined })).toBe(true);
  expect(holds({}, { b: [] })).toBe(false);
});
