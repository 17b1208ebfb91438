import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unifiedDiff } from './unified-diff.js';

/** Applies a diff to the text that it starts from. */
function applied(before: string, diff: readonly string[]): string {
  const old = before === '' ? [] : before.replace(/\n$/, '').split('\n');
  const lines: string[] = [];
  let at = 0;
  for (const line of diff) {
    const [, start, count] = /^@@ -(\d+)(?:,(\d+))? /.exec(line) ?? [];
    if (start !== undefined) {
      const from = Number(start) - (count === '0' ? 0 : 1);
      lines.push(...old.slice(at, from));
      at = from;
    } else if (line.startsWith('+')) {
      lines.push(line.slice(1));
    } else {
      expect(old[at]).toBe(line.slice(1));
      if (line.startsWith(' ')) lines.push(line.slice(1));
      at++;
    }
  }
  return [...lines, ...old.slice(at)].join('\n');
}

describe('unifiedDiff', () => {
  it('shows what changed with three lines around it', () => {
    const text = (weight: number): string => ['a', 'b', 'c', 'd', `weight: ${weight}`, 'e', 'f', 'g', 'h'].join('\n');
    expect(unifiedDiff(text(10), text(50))).toEqual(['@@ -2,7 +2,7 @@', ' b', ' c', ' d', '-weight: 10', '+weight: 50', ' e', ' f', ' g']);
    expect(unifiedDiff('', 'a\nb\n')).toEqual(['@@ -0,0 +1,2 @@', '+a', '+b']);
    expect(unifiedDiff('a\n', '')).toEqual(['@@ -1 +0,0 @@', '-a']);
    expect(unifiedDiff('a\n', 'a\n')).toEqual([]);
  });

  it('leads from the one text to the other, and marks no more lines than differ', () => {
    const texts = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 30 }).map((lines) => lines.join('\n'));
    fc.assert(fc.property(texts, texts, (before, after) => {
      const diff = unifiedDiff(before, after);
      expect(applied(before, diff)).toBe(after);
      if (before === after) expect(diff).toEqual([]);
    }));
  });
});
