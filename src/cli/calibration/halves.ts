/** Stable twice: one half stands for the canary. */
export interface Halves<T> {
  readonly stable: readonly T[];
  readonly canary: readonly T[];
}

/**
 * Splits Pods in two halves by chance; the larger one is stable's. Of many, so many are drawn.
 * @param random even over [0, 1)
 */
export function halvesOf<T>(pods: readonly T[], random: () => number, most: number): Halves<T> {
  const drawn = pods.map((pod) => ({ pod, order: random() })).sort((a, b) => a.order - b.order).slice(0, most).map(({ pod }) => pod);
  const middle = Math.ceil(drawn.length / 2);
  return { stable: drawn.slice(0, middle), canary: drawn.slice(middle) };
}
