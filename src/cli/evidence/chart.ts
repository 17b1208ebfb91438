/** A value that held for a stretch of time; undefined where nothing was seen. Times in milliseconds since the epoch. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly value: number | undefined;
}

/** Eighths of a character, from the least that is seen. */
const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;
const EIGHTHS = BARS.length;

/** The highest value of each of so many columns, which share the time between them evenly; undefined where nothing was seen. */
export function columnsOf(stretches: readonly Stretch[], from: number, to: number, count: number): (number | undefined)[] {
  const wide = (to - from) / count;
  return Array.from({ length: count }, (_, index) => {
    const [start, end] = [from + index * wide, from + (index + 1) * wide];
    const seen = stretches.flatMap((each) => (each.value !== undefined && each.from < end && each.to > start ? [each.value] : []));
    return seen.length === 0 ? undefined : Math.max(...seen);
  });
}

/**
 * Values as bars, so many lines high, the highest line first. A value that was seen leaves at least a trace, also 0; one
 * that was not leaves nothing.
 * @param top what fills the chart @returns lines of equal width
 */
export function barLines(values: readonly (number | undefined)[], top: number, height = 1): string[] {
  const filled = values.map((value) => (value === undefined ? 0 : Math.max(1, Math.min(height * EIGHTHS, Math.round((top > 0 ? value / top : 0) * height * EIGHTHS)))));
  return Array.from({ length: height }, (_, line) => {
    const below = (height - 1 - line) * EIGHTHS;
    return filled.map((eighths) => BARS[Math.min(EIGHTHS, eighths - below) - 1] ?? ' ').join('');
  });
}
