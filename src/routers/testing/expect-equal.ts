import { expect } from 'vitest';
import { equalJson } from '../json-values.js';

/** For what is asked many times in each run of a property: `expect` costs much even where all is well. */
export function expectEqual(actual: unknown, expected: unknown): void {
  if (!equalJson(actual, expected)) expect(actual).toEqual(expected);
}
