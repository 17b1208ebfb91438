/** A line of one text or both. */
interface Edit {
  readonly sign: ' ' | '-' | '+';
  readonly line: string;
}

/** Lines around a change that are shown with it. */
const CONTEXT = 3;

/**
 * How one text becomes another, as `diff -u` writes it: hunks with three lines around them, without the two lines that name
 * files. Empty for equal texts. Quadratic in the number of lines that differ, which is nothing for manifests.
 */
export function unifiedDiff(before: string, after: string): string[] {
  const edits = editsBetween(linesOf(before), linesOf(after));
  const changed = edits.flatMap(({ sign }, index) => (sign === ' ' ? [] : [index]));
  const hunks: [start: number, end: number][] = [];
  for (const index of changed) {
    const last = hunks.at(-1);
    const [start, end] = [Math.max(0, index - CONTEXT), Math.min(edits.length, index + CONTEXT + 1)];
    if (last && start <= last[1]) last[1] = end;
    else hunks.push([start, end]);
  }
  return hunks.flatMap(([start, end]) => {
    const hunk = edits.slice(start, end);
    const count = (part: readonly Edit[], not: Edit['sign']): number => part.filter(({ sign }) => sign !== not).length;
    const place = (not: Edit['sign']): string => {
      const [skipped, length] = [count(edits.slice(0, start), not), count(hunk, not)];
      return `${length === 0 ? skipped : skipped + 1}${length === 1 ? '' : `,${length}`}`;
    };
    return [`@@ -${place('+')} +${place('-')} @@`, ...hunk.map(({ sign, line }) => `${sign}${line}`)];
  });
}

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));

/** The shortest way from one to the other, by the longest common subsequence of what differs. */
function editsBetween(before: readonly string[], after: readonly string[]): Edit[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < before.length - head && tail < after.length - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  const [old, fresh] = [before.slice(head, before.length - tail), after.slice(head, after.length - tail)];
  const same = (lines: readonly string[]): Edit[] => lines.map((line) => ({ sign: ' ', line }));
  return [...same(before.slice(0, head)), ...middle(old, fresh), ...same(before.slice(before.length - tail))];
}

function middle(old: readonly string[], fresh: readonly string[]): Edit[] {
  // common[i][j]: the most lines that old from i and fresh from j share, in order.
  const common = Array.from({ length: old.length + 1 }, () => new Array<number>(fresh.length + 1).fill(0));
  const at = (i: number, j: number): number => common[i]?.[j] ?? 0;
  for (let i = old.length - 1; i >= 0; i--) {
    const row = common[i] ?? [];
    for (let j = fresh.length - 1; j >= 0; j--) row[j] = old[i] === fresh[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  }
  const edits: Edit[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < fresh.length) {
    const [gone = '', come = ''] = [old[i], fresh[j]];
    if (i < old.length && j < fresh.length && gone === come) {
      edits.push({ sign: ' ', line: gone });
      i++;
      j++;
    } else if (i < old.length && (j === fresh.length || at(i + 1, j) >= at(i, j + 1))) {
      edits.push({ sign: '-', line: gone });
      i++;
    } else {
      edits.push({ sign: '+', line: come });
      j++;
    }
  }
  return edits;
}
