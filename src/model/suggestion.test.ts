import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, nearestName } from './suggestion.js';

describe('suggestion', () => {
  it('finds the name that was probably meant', () => {
    const known = ['weight', 'pause', 'analyze'];
    expect(nearestName('weigth', known)).toBe('weight');
    expect(nearestName('Weight', known)).toBe('weight');
    expect(nearestName('analyse', known)).toBe('analyze');
    expect(nearestName('mirror', known)).toBeUndefined();
  });

  it('measures like a distance', () => {
    const word = fc.string({ maxLength: 8 });
    fc.assert(fc.property(word, word, (a, b) => {
      const distance = editDistance(a, b);
      expect(distance).toBe(editDistance(b, a));
      expect(distance === 0).toBe(a === b);
      expect(distance).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
      expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
    }));
  });
});
