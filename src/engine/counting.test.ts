import { describe, expect, it } from 'vitest';
import type { Evidence } from '../model/evidence.js';
import { countedSplit, countingOf } from './counting.js';

const evidence = (stable: number, canary: number): Evidence => ({ stable: { requests: stable, failures: 0 }, canary: { requests: canary, failures: 0 } });

describe('counted shares', () => {
  it('begin when a share is in force, and anew with the next one', () => {
    expect(countingOf(undefined, 100, false, evidence(10, 0))).toBeUndefined();
    const first = countingOf(undefined, 100, true, evidence(10, 0));
    expect(first).toEqual({ share: 100, stable: 10, canary: 0 });
    expect(countingOf(first, 100, true, evidence(100, 9))).toBe(first);
    expect(countingOf(first, 500, false, evidence(100, 10))).toBeUndefined();
    expect(countingOf(undefined, 500, true, evidence(120, 12))).toEqual({ share: 500, stable: 120, canary: 12 });
  });

  it('are what real requests showed since then', () => {
    expect(countedSplit({ share: 100, stable: 10, canary: 0 }, evidence(10, 0))).toBeUndefined();
    expect(countedSplit({ share: 100, stable: 10, canary: 0 }, evidence(100, 10))?.shares).toEqual({ stable: 900, canary: 100 });
  });
});
