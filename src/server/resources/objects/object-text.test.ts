import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EPOCH_ANNOTATION } from '../../../model/resources.js';
import { changedLines, objectText } from './object-text.js';

describe('changed lines', () => {
  it.each([
    ['a\nb\nc\n', 'a\nc\n', [2]],
    ['a\nx\nc\n', 'a\nb\nc\n', [2]],
    ['a\nb\n', 'a\nb\n', []],
    ['a\n', 'a\nb\n', []],
    ['a\nb\n', undefined, [1, 2]],
    ['a\nb\na\nb\n', 'a\nb\n', [3, 4]],
  ] as const)('of %j after %j', (text, before, lines) => {
    expect(changedLines(text, before)).toEqual(lines);
  });

  it('leave lines that stand in the text before, in order', () => {
    const line = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 12 });
    fc.assert(fc.property(line, line, (now, before) => {
      const changed = new Set(changedLines(now.join('\n'), before.join('\n')));
      let at = 0;
      for (const each of now.filter((_, index) => !changed.has(index + 1))) {
        at = before.indexOf(each, at) + 1;
        expect(at).toBeGreaterThan(0);
      }
      if (now.join() === before.join()) expect(changed.size).toBe(0);
    }), { numRuns: 300 });
  });
});

it('an object is written without the bookkeeping of servers', () => {
  const object = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', uid: 'u', resourceVersion: '1', managedFields: [], annotations: { [EPOCH_ANNOTATION]: '3', 'kubectl.kubernetes.io/last-applied-configuration': '{}' } }, spec: { type: 'ClusterIP' }, status: {} };
  expect(objectText(object)).toBe('apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  type: ClusterIP\n');
});
