import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mergedPath, normalizedPath } from './envoy-paths.js';

it.each([
  ['/a/b', '/a/b'], ['/a/../b', '/b'], ['/a/./b', '/a/b'], ['/a/..', '/'], ['/a/.', '/a/'], ['/../..', '/'], ['/a/..b', '/a/..b'],
  ['/a//b', '/a//b'], ['/%7e%41', '/~A'], ['/%2e%2E/a', '/a'], ['/a%2Fb', '/a%2Fb'], ['/a%zz', '/a%zz'], ['/a\\b', '/a/b'], ['/é', '/%E9'], ['/a#b', undefined],
])('%s becomes %s', (path, normal) => expect(normalizedPath(path)).toBe(normal));

it('what is normal stays so', () => {
  const paths = fc.array(fc.constantFrom('a', '.', '..', '%2e', '%41', '%2F', '/', '//', '\\', '%', 'b|c'), { maxLength: 12 }).map((parts) => `/${parts.join('')}`);
  fc.assert(
    fc.property(paths, (path) => {
      const once = mergedPath(path) ?? '';
      expect(once).not.toMatch(/\/\/|\/\.\.?(\/|$)/);
      // A percent sign that stands by itself may become part of an escape when what is behind it is decoded.
      if (!/%(?![0-9A-Fa-f]{2})/.test(path)) expect(mergedPath(once)).toBe(once);
    }),
  );
});
