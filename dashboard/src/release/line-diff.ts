/** A line of a difference; numbers count from 1 and are absent on the side that lacks the line. */
export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
  readonly before?: number;
  readonly after?: number;
}

/** Beyond this many pairs of lines that differ, a difference is given as all removed and all added. */
const TOO_MANY = 4_000_000;

/** Text as lines, without an empty one at its end. */
export function linesOf(text: string): string[] {
  const lines = text.split('\n');
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

/** The shortest way from one text to another, line by line: longest common subsequence between the ends that are alike. */
export function diffLines(before: string, after: string): DiffLine[] {
  const [old, fresh] = [linesOf(before), linesOf(after)];
  let head = 0;
  while (head < old.length && head < fresh.length && old[head] === fresh[head]) head++;
  let tail = 0;
  while (tail < old.length - head && tail < fresh.length - head && old[old.length - 1 - tail] === fresh[fresh.length - 1 - tail]) tail++;
  const middle = between(old.slice(head, old.length - tail), fresh.slice(head, fresh.length - tail));
  let [b, a] = [0, 0];
  const kinds: DiffLine['kind'][] = [...new Array<'same'>(head).fill('same'), ...middle, ...new Array<'same'>(tail).fill('same')];
  return kinds.map((kind) => {
    if (kind === 'removed') return { kind, text: old[b++] ?? '', before: b };
    if (kind === 'added') return { kind, text: fresh[a++] ?? '', after: a };
    return { kind, text: old[b++] ?? '', before: b, after: ++a };
  });
}

function between(old: readonly string[], fresh: readonly string[]): DiffLine['kind'][] {
  const [rows, columns] = [old.length, fresh.length];
  if (rows * columns > TOO_MANY) return [...old.map(() => 'removed' as const), ...fresh.map(() => 'added' as const)];
  // length[i][j]: how many lines old[i..] and fresh[j..] have in common, in one flat table.
  const wide = columns + 1;
  const length = new Uint32Array((rows + 1) * wide);
  const at = (i: number, j: number): number => length[i * wide + j] ?? 0;
  for (let i = rows - 1; i >= 0; i--) {
    for (let j = columns - 1; j >= 0; j--) length[i * wide + j] = old[i] === fresh[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  }
  const kinds: DiffLine['kind'][] = [];
  let [i, j] = [0, 0];
  while (i < rows || j < columns) {
    const alike = i < rows && j < columns && old[i] === fresh[j];
    const removes = i < rows && (j >= columns || at(i + 1, j) >= at(i, j + 1));
    kinds.push(alike ? 'same' : removes ? 'removed' : 'added');
    if (alike || removes) i++;
    if (alike || !removes) j++;
  }
  return kinds;
}

/** A stretch of lines near a change, or how many unchanged ones were left out. */
export type DiffPart = { readonly lines: readonly DiffLine[] } | { readonly left: number };

/** Leaves out unchanged lines that are further than `context` lines from a change. */
export function aroundChanges(lines: readonly DiffLine[], context = 3): DiffPart[] {
  const near = new Set<number>();
  lines.forEach(({ kind }, index) => {
    if (kind !== 'same') for (let at = index - context; at <= index + context; at++) near.add(at);
  });
  const parts: ({ lines: DiffLine[] } | { left: number })[] = [];
  lines.forEach((line, index) => {
    const last = parts.at(-1);
    if (near.has(index)) {
      if (last && 'lines' in last) last.lines.push(line);
      else parts.push({ lines: [line] });
    } else if (last && 'left' in last) last.left++;
    else parts.push({ left: 1 });
  });
  return parts;
}

/** A text whose marked lines changed; where marks are given they count, else the difference to what was before. @param changed line numbers from 1 */
export function markedLines(yaml: string, changed: readonly number[]): DiffLine[] {
  const marks = new Set(changed);
  return linesOf(yaml).map((text, index) => ({ kind: marks.has(index + 1) ? 'added' : 'same', text, after: index + 1 }));
}
