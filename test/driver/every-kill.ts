/** Whether every boundary is killed at, which takes minutes (`make test-kills`), or every fifth. */
export const everyKill = process.env['SERIN_EVERY_KILL'] !== undefined;

/** The boundaries that are killed at: all, or a fixed part of them spread over the whole. */
export function chosenBoundaries<T>(boundaries: readonly T[]): (readonly [number, T])[] {
  return [...boundaries.entries()].filter(([index]) => everyKill || index % 5 === 0);
}
