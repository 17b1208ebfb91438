import { plus, type CountBlock } from './counts.js';

/** How much more uneven traffic is than dice, over stretches of so many blocks. */
export interface Dispersion {
  readonly blocks: number;
  /**
   * Coefficient of variation of the noise that each version's error rate has of its own in each stretch; 0 for none beyond chance.
   * Noise that both share (drift, outages of a database) is not in it: it does no harm.
   */
  readonly variation: number;
  /** Errors of both versions that it was estimated from. */
  readonly errors: number;
}

/**
 * From blocks of a version against itself (A/A), by moments: with D = x/n_c − y/n_s, its square less what chance alone makes of it,
 * D² − x/n_c² − y/n_s², has mean 2c²p², and x·y/(n_c n_s) has mean p², where p may drift; c² is half the quotient of their sums.
 */
export function dispersionOf(blocks: readonly CountBlock[], lengths: readonly number[] = [1, 5, 15, 60]): Dispersion[] {
  return lengths.filter((length) => blocks.length >= 2 * length).map((length) => {
    let [excess, square, errors] = [0, 0, 0];
    for (let start = 0; start + length <= blocks.length; start += length) {
      const stretch = blocks.slice(start, start + length);
      const stable = stretch.map((block) => block.stable).reduce(plus);
      const canary = stretch.map((block) => block.canary).reduce(plus);
      const [n, m] = [stable.requests, canary.requests];
      if (n === 0 || m === 0) continue;
      // Stretches count by how much they can say.
      const weight = ((n * m) / (n + m)) ** 2;
      const difference = canary.bad / m - stable.bad / n;
      excess += weight * (difference ** 2 - canary.bad / m ** 2 - stable.bad / n ** 2);
      square += weight * (canary.bad / m) * (stable.bad / n);
      errors += stable.bad + canary.bad;
    }
    return { blocks: length, variation: square === 0 ? 0 : Math.sqrt(Math.max(0, excess / square / 2)), errors };
  });
}
