import { describe, expect, it } from 'vitest';
import { readCheckpoint, writeCheckpoint } from './checkpoint.js';
import { newConditionState } from './conditions.js';
import { newRateState } from './rates.js';

describe('a checkpoint', () => {
  it('cuts fractions off downwards: never more evidence than there was', () => {
    expect(readCheckpoint(writeCheckpoint('k', { a: 1.23456, b: [-2.0001], c: 7 }), 'k', { a: 0, b: [0], c: 0 })).toEqual({ a: 1.234, b: [-2.001], c: 7 });
  });

  it('of another test, another version, or none, is begun anew', () => {
    const text = writeCheckpoint('errors 1.5', newRateState);
    expect(readCheckpoint(text, 'errors 1.5', newRateState)).toEqual(newRateState);
    expect(readCheckpoint(text, 'errors 2', newRateState)).toBe(newRateState);
    expect(readCheckpoint(text.replace('"version":1', '"version":2'), 'errors 1.5', newRateState)).toBe(newRateState);
    for (const broken of ['', 'null', '[]', text.slice(0, -9), text.replace('"blocks":0', '"blocks":"0"'), text.replace('-1000000000', 'null')]) expect(readCheckpoint(broken, 'errors 1.5', newRateState)).toBe(newRateState);
    expect(readCheckpoint(writeCheckpoint('k', newConditionState), 'k', newRateState)).toBe(newRateState);
  });
});
