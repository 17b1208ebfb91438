import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatPath, parsePath } from './policy-problem.js';

it('reads the paths that it writes', () => {
  const part = fc.oneof(fc.nat(99), fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9-]{0,8}$/));
  fc.assert(fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
    const path = ['spec', ...parts];
    expect(parsePath(formatPath(path))).toEqual(path);
  }));
});
