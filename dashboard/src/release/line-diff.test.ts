import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aroundChanges, diffLines, linesOf, markedLines } from './line-diff.js';

const before = 'kind: VirtualService\nspec:\n  http:\n    - route:\n        - destination:\n            host: web\n';
const after = 'kind: VirtualService\nspec:\n  http:\n    - route:\n        - destination:\n            host: web\n            subset: stable\n          weight: 80\n';

describe('what Serin changed in an object', () => {
  it('marks added and removed lines with the numbers of their own side', () => {
    expect(diffLines('a\nb\nc\n', 'a\nx\nc\nd\n')).toEqual([
      { kind: 'same', text: 'a', before: 1, after: 1 },
      { kind: 'removed', text: 'b', before: 2 },
      { kind: 'added', text: 'x', after: 2 },
      { kind: 'same', text: 'c', before: 3, after: 3 },
      { kind: 'added', text: 'd', after: 4 },
    ]);
  });

  it('leaves out what is far from a change, and says how much', () => {
    const parts = aroundChanges(diffLines(before, after), 2);
    expect(parts[0]).toEqual({ left: 4 });
    expect(parts[1]).toMatchObject({ lines: [{ text: '        - destination:' }, { text: '            host: web' }, { kind: 'added' }, { kind: 'added', text: '          weight: 80' }] });
    expect(aroundChanges(diffLines(before, before))).toEqual([{ left: 6 }]);
  });

  it('marks the lines that the server names', () => {
    expect(markedLines('a\nb\n', [2])).toEqual([{ kind: 'same', text: 'a', after: 1 }, { kind: 'added', text: 'b', after: 2 }]);
  });

  it('gives both texts back from any difference, and keeps as many lines as can be kept', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 }).map((lines) => lines.map((line) => `${line}\n`).join(''));
    fc.assert(fc.property(text, text, (old, fresh) => {
      const lines = diffLines(old, fresh);
      expect(lines.filter(({ kind }) => kind !== 'added').map((line) => line.text)).toEqual(linesOf(old));
      expect(lines.filter(({ kind }) => kind !== 'removed').map((line) => line.text)).toEqual(linesOf(fresh));
      expect(lines.filter(({ kind }) => kind === 'same').length).toBe(commonLines(linesOf(old), linesOf(fresh)));
    }), { numRuns: 200 });
  });

  it('gives up on texts that have nothing in common, in no time', () => {
    const many = (mark: string): string => Array.from({ length: 2_100 }, (_, index) => `${mark}${index}`).join('\n');
    expect(diffLines(many('a'), many('b'))).toHaveLength(4_200);
  });
});

/** The length of the longest common subsequence by its definition, for short lists. */
function commonLines(a: readonly string[], b: readonly string[]): number {
  const [rows, columns] = [a.length, b.length];
  const known = new Map<string, number>();
  const from = (i: number, j: number): number => {
    if (i === rows || j === columns) return 0;
    const key = `${i} ${j}`;
    const value = known.get(key) ?? (a[i] === b[j] ? 1 + from(i + 1, j + 1) : Math.max(from(i + 1, j), from(i, j + 1)));
    known.set(key, value);
    return value;
  };
  return from(0, 0);
}
